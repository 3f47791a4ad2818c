import { createHash } from 'node:crypto';
import { onAbort, reasonOf } from '../../../lib/common/abort-listener.js';
import { BetfairIdentityUnavailableError, SessionStorageError } from '../../../lib/errors/index.js';
import type { LoginReply } from '../../../lib/identity/identity-reply.js';
import type { Persistence } from '../../../lib/options/betfair-session-options.interface.js';
import type { SessionStorage } from '../../../lib/storage/session-storage.interface.js';
import { type Answer, PlayedBetfair } from './played.betfair.js';
import { PlayedProcess } from './played.process.js';
import { PlayedStore } from './played.store.js';
import { composeProcess, KEY, LEASE_DURATION, RECORD, type Session } from './process.parts.js';

/** Longer than others watch a holder that does not move, whenever they began to. */
const PAUSE = 2 * LEASE_DURATION + 2_000;

/** How much may go wrong in one schedule. */
export interface Bounds {
  /** Crashes, pauses, and operations that fail or of which the answer is lost. */
  readonly faults: number;
  /** Times that time passes although an operation is under way. */
  readonly delays: number;
  /** Times that a process has to wait for another although it could go on. */
  readonly switches: number;
}

/** What a process sees of an operation. */
interface Result {
  readonly text: string;
  readonly tell: () => void;
}

interface Operation {
  readonly process: PlayedProcess;
  readonly name: string;
  /** Whether it has an effect as things are now. */
  readonly changes: () => boolean;
  /** Makes it happen. */
  readonly happen: () => Result;
  readonly fail: (mayHaveHappened: boolean) => Result;
  /** Arrives when the process runs again. */
  result?: Result;
}

/** Something that may happen next. */
export interface Step {
  readonly name: string;
  readonly process: PlayedProcess | undefined;
  readonly take: () => void;
}

/** Processes, their store, Betfair and time; nothing happens but by one step after the other. */
export class PlayedWorld {
  now = 0;
  readonly store = new PlayedStore();
  readonly betfair: PlayedBetfair;
  readonly processes: PlayedProcess[] = [];
  /** The process that does something now. */
  current: PlayedProcess | undefined;
  faults = 0;
  /** Faults that may cost a login. */
  costly = 0;
  /** Whether something happened, or may have, that nobody waited for. */
  isAdrift = false;
  readonly #left: { -readonly [Bound in keyof Bounds]: number };
  #operations: Operation[] = [];
  /** Writes and logins that nobody waits for any more and that may happen all the same. */
  #adrift: Operation[] = [];
  #waiting: { readonly process: PlayedProcess; readonly session: Session }[] = [];

  constructor(
    private readonly persistence: Persistence,
    answer: Answer,
    bounds: Bounds,
  ) {
    this.betfair = new PlayedBetfair(answer);
    this.#left = { ...bounds };
  }

  /**
   * @param starts `'first'`: before anything happens; `'any time'`: when a schedule says so
   */
  add(
    kind: string,
    work: (session: Session) => Promise<string | undefined>,
    { chance = 0.5, starts = 'first' }: { chance?: number; starts?: 'first' | 'any time' } = {},
  ): PlayedProcess {
    const process = new PlayedProcess(`p${this.processes.length}`, kind, chance, this, work);
    this.processes.push(process);
    this.current = process;
    const session = composeProcess({
      storage: this.#storageOf(process),
      identity: this.#identityOf(process),
      clock: process,
      persistence: this.persistence,
    });
    if (starts === 'first') void this.#begin(process, session);
    else this.#waiting.push({ process, session });
    return process;
  }

  /** Allows no more faults. */
  calmDown(): void {
    Object.assign(this.#left, { faults: 0, delays: 0, switches: Infinity });
  }

  /** All that may happen next; none: everything is over. */
  steps(): readonly Step[] {
    const running = this.processes.filter((process) => process.runs);
    const own = running.flatMap((process) => this.#stepsOf(process));
    const ofCurrent = own.filter(({ process }) => process === this.current);
    const ofOthers = own.filter(({ process }) => process !== this.current);
    const isSwitch = ofCurrent.length > 0;
    return [
      ...ofCurrent,
      ...(isSwitch && this.#left.switches === 0
        ? []
        : ofOthers.map((step) => ({ ...step, take: () => this.#switch(step, isSwitch) }))),
      ...this.#waiting.map((one) => this.#start(one)),
      ...this.#adrift.flatMap((operation) => this.#stepsAdrift(operation)),
      ...this.#passing(own.length > 0),
    ];
  }

  /** Tells states apart of which the future may differ. */
  get state(): string {
    const { betfair, costly, current, faults, now, processes, store } = this;
    return createHash('md5')
      .update(
        JSON.stringify([
          now,
          store.state,
          betfair.state,
          costly,
          faults,
          this.isAdrift,
          this.#left,
          // Only a switch away from it costs something.
          Number.isFinite(this.#left.switches) && current?.name,
          processes.map(({ state, hasBegun }) => [state, hasBegun]),
          this.#operations.map(({ process, name, result }) => [process.name, name, result?.text]),
          this.#adrift.map(({ name }) => name),
          this.#waiting.length,
        ]),
      )
      .digest('base64');
  }

  /** The same at the end of a schedule, when only those who come later have a future. */
  get end(): string {
    return `${this.now}|${this.store.state}|${this.betfair.state}`;
  }

  #switch(step: Step, isSwitch: boolean): void {
    if (isSwitch) this.#left.switches -= 1;
    step.take();
  }

  #stepsOf(process: PlayedProcess): readonly Step[] {
    const operations = this.#operations.filter((one) => one.process === process);
    // Processes that are the same begin in order: any other order is the same under other names.
    const isLater = this.processes.some(
      (other) =>
        other.kind === process.kind &&
        !other.hasBegun &&
        !process.hasBegun &&
        this.processes.indexOf(other) < this.processes.indexOf(process),
    );
    if (isLater) return [];
    const [timer] = [...process.timers.values()].toSorted((a, b) => a.at - b.at || a.id - b.id);
    return [
      ...operations.flatMap((operation) => this.#stepsWith(operation)),
      ...(timer === undefined || timer.at > this.now
        ? []
        : [
            this.#step(process, `timer ${timer.id}`, () => {
              process.timers.delete(timer.id);
              timer.callback();
            }),
          ]),
    ];
  }

  #stepsWith(operation: Operation): readonly Step[] {
    const { process, name, result } = operation;
    const step = (how: string, take: () => void) =>
      this.#step(process, `${name}${how}`, () => {
        this.#drop(operation);
        take();
      });
    if (result) return [step(' arrives', () => this.#tell(process, result))];
    const done = step('', () => this.#tell(process, operation.happen()));
    if (this.#left.faults === 0) return [done];
    const fault = (how: string, take: () => void) =>
      step(how, () => {
        this.#left.faults -= 1;
        this.faults += 1;
        process.wasHit = true;
        take();
      });
    const sleepsAfter = fault(' happens, then a pause', () => {
      operation.result = operation.happen();
      this.#count(process);
      process.stop(PAUSE);
      this.#operations.push(operation);
    });
    const fails = fault(' fails', () => this.#tell(process, operation.fail(false)));
    if (!operation.changes()) return [done, fails, sleepsAfter];
    return [
      done,
      fails,
      sleepsAfter,
      fault(' happens, its answer is lost', () => {
        operation.happen();
        this.#count(process);
        this.#tell(process, operation.fail(true));
      }),
      fault(' happens, then a crash', () => {
        operation.happen();
        this.#count(process);
        process.die();
        this.#operations = this.#operations.filter((one) => one.process !== process);
      }),
      fault(' is on its way in a pause', () => {
        this.#count(process);
        process.stop(PAUSE);
        this.#operations.push(operation);
      }),
      fault(' fails and is adrift', () => {
        this.#count(process);
        this.#setAdrift(operation);
        this.#tell(process, operation.fail(true));
      }),
    ];
  }

  async #begin(process: PlayedProcess, session: Session): Promise<void> {
    await process.begin(session);
    if (process.wasHit) this.#count(process);
  }

  #step(process: PlayedProcess, name: string, take: () => void): Step {
    return {
      name: `${process.name} ${name}`,
      process,
      take: () => {
        this.current = process;
        process.hasBegun = true;
        process.told += `${name}@${this.now};`;
        take();
      },
    };
  }

  #stepsAdrift(operation: Operation): readonly Step[] {
    const step = (how: string, take: () => void): Step => ({
      name: `${operation.process.name} ${operation.name} adrift ${how}`,
      process: undefined,
      take: () => {
        this.#adrift = this.#adrift.filter((one) => one !== operation);
        take();
      },
    });
    const lost = step('is lost', () => undefined);
    return operation.changes() ? [step('happens', () => operation.happen()), lost] : [lost];
  }

  #start({ process, session }: { process: PlayedProcess; session: Session }): Step {
    return this.#step(process, 'starts', () => {
      this.#waiting = this.#waiting.filter((one) => one.process !== process);
      void this.#begin(process, session);
    });
  }

  /** Time goes on to the next timer: for nothing if there is nothing to do before. */
  #passing(isBusy: boolean): readonly Step[] {
    if (isBusy && this.#left.delays === 0) return [];
    const times = this.processes.flatMap(({ isDead, stoppedUntil, timers }) => {
      if (isDead) return [];
      return [stoppedUntil, ...[...timers.values()].map(({ at }) => Math.max(at, stoppedUntil))];
    });
    const next = Math.min(...times.filter((time) => time > this.now));
    if (next === Infinity) return [];
    const pass = () => {
      if (isBusy) this.#delay();
      this.now = next;
    };
    return [{ name: `time passes to ${next}`, process: undefined, take: pass }];
  }

  #setAdrift(operation: Operation): void {
    this.#adrift.push(operation);
    this.isAdrift = true;
  }

  #delay(): void {
    this.#left.delays -= 1;
    this.faults += 1;
    for (const { process } of this.#operations) if (process.runs) process.wasHit = true;
  }

  #drop(operation: Operation): void {
    this.#operations = this.#operations.filter((one) => one !== operation);
  }

  #tell(process: PlayedProcess, { text, tell }: Result): void {
    process.told += `${text};`;
    tell();
  }

  /** One login may be in vain, and no more: that is what it costs. */
  #count(process: PlayedProcess): void {
    if (process.isExposed) this.costly += 1;
    process.isExposed = false;
  }

  #operate<T>(
    process: PlayedProcess,
    operation: Pick<Operation, 'name' | 'changes'> & {
      readonly happen: () => T;
      readonly failed: (mayHaveHappened: boolean) => Promise<T>;
      readonly givenUp: (reason: unknown) => Promise<T>;
    },
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { name, changes, happen, failed, givenUp } = operation;
    return new Promise<T>((resolve) => {
      const resultOf = (work: () => Promise<T>, what: string): Result => ({
        text: what,
        tell: () => resolve(work()),
      });
      const pending: Operation = {
        process,
        name,
        changes,
        happen: () => {
          try {
            const value = happen();
            return resultOf(async () => value, JSON.stringify(value) ?? 'nothing');
          } catch (error) {
            return resultOf(async () => {
              throw error;
            }, String(error));
          }
        },
        fail: (mayHaveHappened) => resultOf(() => failed(mayHaveHappened), 'failed'),
      };
      this.#operations.push(pending);
      if (signal === undefined) return;
      onAbort(signal, () => {
        if (!this.#operations.includes(pending)) return;
        this.#drop(pending);
        this.#count(process);
        this.faults += 1;
        process.wasHit = true;
        if (pending.result === undefined && changes()) this.#setAdrift(pending);
        this.#tell(
          process,
          resultOf(() => givenUp(reasonOf(signal)), 'given up'),
        );
      });
    });
  }

  #storageOf(process: PlayedProcess): SessionStorage {
    const failed = async () => {
      throw new SessionStorageError('The store failed.', 'unavailable');
    };
    const givenUp = async (reason: unknown) => {
      throw reason;
    };
    return {
      read: (key, options) =>
        this.#operate(
          process,
          {
            name: `reads ${nameOf(key)}`,
            changes: () => false,
            happen: () => this.store.read(key),
            failed,
            givenUp,
          },
          options?.signal,
        ),
      write: (key, value, condition, options) =>
        this.#operate(
          process,
          {
            name: `writes ${nameOf(key)}`,
            changes: () => this.store.wouldWrite(key, condition),
            happen: () => {
              const version = this.store.write(key, value, condition);
              // A refusal is in the record, or a session in the store.
              if (key === KEY || this.betfair.answer !== 'accepted') process.isExposed = false;
              return version;
            },
            failed,
            givenUp,
          },
          options?.signal,
        ),
      delete: () => Promise.reject(new Error('Nothing is ever deleted.')),
    };
  }

  #identityOf(process: PlayedProcess) {
    const unclear = (mayHaveLoggedIn: boolean): LoginReply => ({
      type: 'unclear',
      error: new BetfairIdentityUnavailableError('Betfair gave no answer.'),
      mayHaveLoggedIn,
    });
    return {
      logIn: (_password: string, signal?: AbortSignal): Promise<LoginReply> => {
        process.isExposed = true;
        return this.#operate<LoginReply>(
          process,
          {
            name: 'logs in',
            changes: () => true,
            happen: () => this.betfair.logIn(this.now),
            failed: async (mayHaveLoggedIn) => {
              process.isExposed = false;
              return unclear(mayHaveLoggedIn);
            },
            givenUp: async () => unclear(true),
          },
          signal,
        );
      },
      keepAlive: async (token: string) =>
        this.betfair.live.has(token) ? ({ type: 'alive' } as const) : ({ type: 'dead' } as const),
      logOut: async (token: string) => {
        this.betfair.live.delete(token);
        process.isExposed = false;
        return { type: 'loggedOut' } as const;
      },
    };
  }
}

function nameOf(key: string): string {
  return key === RECORD ? 'the record' : 'the token';
}
