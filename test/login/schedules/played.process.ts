import type { Clock, ClockTimer } from '../../../lib/common/clock.js';
import type { Result } from './operation.js';
import type { Session } from './process.parts.js';

export type Work = (session: Session) => Promise<string | undefined>;

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly callback: () => void;
}

/** How a process ended. */
export type Outcome = { readonly token: string | undefined } | { readonly error: unknown };

const START_OF_TIME = Date.UTC(2026, 0, 1);

/** One of several "processes" in this one: its clock, and what happens to it. */
export class PlayedProcess implements Clock {
  hasStarted = false;
  hasMoved = false;
  isDead = false;
  /** Whether a fault was its own. */
  wasHit = false;
  /** Whether a login of it is under way, or came to something that the store does not hold yet. */
  isExposed = false;
  outcome: Outcome | undefined;
  startedAt = 0;
  endedAt = 0;
  /** Milliseconds that it was stopped. */
  stopped = 0;
  #stoppedUntil = 0;
  /** Everything that it was told, and when: what it does next depends on nothing else. */
  #told = '';
  readonly #timers = new Map<number, Timer>();
  #timerCount = 0;
  #uuidCount = 0;

  constructor(
    readonly name: string,
    readonly kind: string,
    readonly chance: number,
    private readonly world: { readonly now: number },
    private readonly work: Work,
  ) {}

  monotonic = () => this.world.now;
  wall = () => this.world.now + START_OF_TIME;
  random = () => this.chance;
  timer = (callback: () => void, ms: number) => this.#set(callback, ms);
  deadline = (callback: () => void, ms: number) => this.#set(callback, ms);

  uuid(): string {
    this.#uuidCount += 1;
    return `${this.name}-${this.#uuidCount}`;
  }

  get runs(): boolean {
    return !this.isDead && this.#stoppedUntil <= this.world.now;
  }

  get nextTimer(): Timer | undefined {
    return [...this.#timers.values()].toSorted((a, b) => a.at - b.at || a.id - b.id)[0];
  }

  /** The next time in the future at which it may have something to do. */
  get nextTime(): number {
    if (this.isDead) return Infinity;
    const times = [...this.#timers.values()].map(({ at }) => Math.max(at, this.#stoppedUntil));
    return Math.min(...[this.#stoppedUntil, ...times].filter((time) => time > this.world.now));
  }

  async run(session: Session): Promise<void> {
    this.hasStarted = true;
    this.startedAt = this.world.now;
    try {
      this.outcome = { token: await this.work(session) };
    } catch (error) {
      this.outcome = { error };
    }
    this.endedAt = this.world.now;
  }

  /** Notes that it does something now. */
  move(what: string): void {
    this.hasMoved = true;
    this.#told += `${what}@${this.world.now};`;
  }

  hear({ text, tell }: Result): void {
    this.#told += `${text};`;
    tell();
  }

  ring({ id, callback }: Timer): void {
    this.#timers.delete(id);
    callback();
  }

  stop(ms: number): void {
    this.#stoppedUntil = this.world.now + ms;
    this.stopped += ms;
  }

  die(): void {
    this.isDead = true;
    this.#timers.clear();
  }

  get state(): readonly unknown[] {
    const { hasMoved, hasStarted, isDead, isExposed, outcome, startedAt, stopped, wasHit } = this;
    if (isDead) return [stopped];
    const result = outcome && ('error' in outcome ? String(outcome.error) : outcome);
    const took = outcome && this.endedAt - startedAt;
    // An end with nothing to follow does not depend on the way to it.
    const told = outcome && this.#timers.size === 0 ? 'all' : this.#told;
    const facts = [hasMoved, hasStarted, isExposed, wasHit, startedAt, stopped, took];
    return [told, result, this.#stoppedUntil, facts];
  }

  #set(callback: () => void, ms: number): ClockTimer {
    this.#timerCount += 1;
    const id = this.#timerCount;
    this.#timers.set(id, { id, at: this.world.now + Math.max(0, ms), callback });
    return { cancel: () => this.#timers.delete(id) };
  }
}
