import { createHash } from 'node:crypto';
import type { Persistence } from '../../../lib/storage/contract/persistence.js';
import { type Bounds, Harm } from './harm.js';
import { Operations } from './operation.js';
import { waysOf, waysOfStray } from './operation.steps.js';
import { type Answer, PlayedBetfair } from './played.betfair.js';
import { PlayedProcess, type Work } from './played.process.js';
import { PlayedStore } from './played.store.js';
import { composeProcess, type Session } from './process.parts.js';
import { identityOf, storageOf } from './surroundings.js';

/** Something that may happen next. */
export interface Step {
  readonly name: string;
  /** `undefined`: nobody's. */
  readonly process: PlayedProcess | undefined;
  readonly take: () => void;
}

/** Processes, their store, Betfair and time: nothing happens but by one step after the other. */
export class PlayedWorld {
  now = 0;
  readonly store = new PlayedStore();
  readonly betfair: PlayedBetfair;
  readonly harm: Harm;
  readonly operations: Operations;
  readonly processes: PlayedProcess[] = [];
  /** The process that did something last. */
  current: PlayedProcess | undefined;

  constructor(
    private readonly persistence: Persistence,
    answer: Answer,
    bounds: Bounds,
  ) {
    this.betfair = new PlayedBetfair(answer);
    this.harm = new Harm(bounds);
    this.operations = new Operations(this.harm);
  }

  /**
   * @param kind the same for processes that do the same
   * @param chance what its clock gives as random
   * @param isEarly whether it starts before anything else happens, or at any time
   */
  add(kind: string, work: Work, chance = 0.5, isEarly = true): PlayedProcess {
    const process = new PlayedProcess(`p${this.processes.length}`, kind, chance, this, work);
    this.processes.push(process);
    if (isEarly) this.#start(process);
    return process;
  }

  /** All that may happen next; none: everything is over. */
  steps(): readonly Step[] {
    const steps = this.processes.flatMap((process) => this.#stepsOf(process));
    const [own, others] = [
      steps.filter(({ process }) => process === this.current),
      steps.filter(({ process }) => process !== this.current),
    ];
    return [
      ...own,
      ...(own.length === 0 ? others : this.#switching(others)),
      ...this.#starts(),
      ...this.operations.strays.flatMap((operation) =>
        waysOfStray(operation, this.operations).map((way) => ({ ...way, process: undefined })),
      ),
      ...this.#passing(steps.length > 0),
    ];
  }

  /** Tells states apart of which the future, or the verdict, may differ. */
  get state(): string {
    const { betfair, current, harm, now, operations, processes, store } = this;
    // Without a bound it does not matter who did something last.
    const last = Number.isFinite(harm.left.switches) && current?.name;
    const ofProcesses = processes.map(({ state }) => state);
    return createHash('md5')
      .update(JSON.stringify([now, last, ofProcesses, operations.state, harm.state]))
      .update(`${store.state}${betfair.state}`)
      .digest('base64');
  }

  /** The same where only those have a future who come later. */
  get end(): string {
    return `${this.now}|${this.store.state}|${this.betfair.state}`;
  }

  #stepsOf(process: PlayedProcess): readonly Step[] {
    if (!process.hasStarted || !process.runs || this.#isTwinOfEarlier(process)) return [];
    const ways = this.operations.pending
      .filter((operation) => operation.process === process)
      .flatMap((operation) => waysOf(operation, this.operations, this.harm));
    const timer = process.nextTimer;
    if (timer !== undefined && timer.at <= this.now) {
      ways.push({ name: `timer ${timer.id}`, take: () => process.ring(timer) });
    }
    return ways.map(({ name, take }) => this.#step(process, name, take));
  }

  /** Of processes that are the same, one after the other begins: any other order only names them differently. */
  #isTwinOfEarlier(process: PlayedProcess): boolean {
    if (process.hasMoved) return false;
    const first = this.processes.find(({ kind, hasMoved }) => kind === process.kind && !hasMoved);
    return first !== process;
  }

  #step(process: PlayedProcess, name: string, take: () => void): Step {
    return {
      name: `${process.name} ${name}`,
      process,
      take: () => {
        this.current = process;
        process.move(name);
        take();
      },
    };
  }

  #switching(steps: readonly Step[]): readonly Step[] {
    if (this.harm.left.switches === 0) return [];
    return steps.map(({ name, process, take }) => {
      const pay = () => {
        this.harm.spend('switches');
        take();
      };
      return { name, process, take: pay };
    });
  }

  #starts(): readonly Step[] {
    return this.processes
      .filter((process) => !process.hasStarted && !this.#isTwinOfEarlier(process))
      .map((process) => this.#step(process, 'starts', () => this.#start(process)));
  }

  #start(process: PlayedProcess): void {
    this.current = process;
    const session = composeProcess({
      storage: storageOf(process, this),
      identity: identityOf(process, this),
      clock: process,
      persistence: this.persistence,
    });
    void this.#run(process, session);
  }

  async #run(process: PlayedProcess, session: Session): Promise<void> {
    await process.run(session);
    if (process.wasHit) this.harm.writeOff(process);
  }

  /** Time goes on to the next timer: for nothing if there is nothing to do before. */
  #passing(isBusy: boolean): readonly Step[] {
    if (isBusy && this.harm.left.delays === 0) return [];
    const next = Math.min(...this.processes.map((process) => process.nextTime));
    if (next === Infinity) return [];
    const take = () => {
      if (isBusy) this.#delay();
      this.now = next;
    };
    return [{ name: `time passes to ${next}`, process: undefined, take }];
  }

  #delay(): void {
    this.harm.spend('delays');
    for (const { process } of this.operations.pending) {
      if (process.runs) this.harm.hit(process);
    }
  }
}
