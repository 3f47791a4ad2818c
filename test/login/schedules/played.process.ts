import type { Clock, ClockTimer } from '../../../lib/common/clock.js';
import type { Session } from './process.parts.js';

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly callback: () => void;
}

/** How a process ended. */
export type Outcome = { readonly token: string | undefined } | { readonly error: unknown };

/** One of several "processes" in this one: its timers, and what happened to it. */
export class PlayedProcess implements Clock {
  readonly timers = new Map<number, Timer>();
  /** Everything that it was told, and when: what it does next depends on nothing else. */
  told = '';
  isDead = false;
  /** Until then it does not run. */
  stoppedUntil = 0;
  /** Milliseconds that it did not run. */
  stopped = 0;
  hasBegun = false;
  /** Whether a fault was its own. */
  wasHit = false;
  /** When it had something to do first. */
  beganAt = 0;
  /** Whether a login of it is under way, or came to something that the store does not hold yet. */
  isExposed = false;
  outcome: Outcome | undefined;
  endedAt = 0;
  #timers = 0;
  #uuids = 0;

  constructor(
    readonly name: string,
    /** Processes of the same kind do the same. */
    readonly kind: string,
    /** What `Math.random` returns in it. */
    readonly chance: number,
    private readonly world: { readonly now: number },
    readonly work: (session: Session) => Promise<string | undefined>,
  ) {}

  monotonic = () => this.world.now;
  wall = () => this.world.now + Date.UTC(2026, 0, 1);
  timer = (callback: () => void, ms: number): ClockTimer => this.#set(callback, ms);
  deadline = (callback: () => void, ms: number): ClockTimer => this.#set(callback, ms);

  /** Whether it could do something now. */
  get runs(): boolean {
    return !this.isDead && this.stoppedUntil <= this.world.now;
  }

  uuid(): string {
    this.#uuids += 1;
    return `${this.name}-${this.#uuids}`;
  }

  async begin(session: Session): Promise<void> {
    this.beganAt = this.world.now;
    try {
      this.outcome = { token: await this.work(session) };
    } catch (error) {
      this.outcome = { error };
    }
    this.endedAt = this.world.now;
  }

  stop(ms: number): void {
    this.stoppedUntil = this.world.now + ms;
    this.stopped += ms;
  }

  die(): void {
    this.isDead = true;
    this.timers.clear();
  }

  /** Tells its state apart from others. */
  get state(): string {
    const { isDead, isExposed, outcome, stoppedUntil, timers, wasHit } = this;
    if (isDead) return 'dead';
    // What it was told matters no more.
    const ended = outcome !== undefined && timers.size === 0;
    return `${ended ? '' : this.told}|${stoppedUntil}|${isExposed}|${wasHit}|${outcomeText(outcome)}`;
  }

  #set(callback: () => void, ms: number): ClockTimer {
    this.#timers += 1;
    const id = this.#timers;
    this.timers.set(id, { id, at: this.world.now + Math.max(0, ms), callback });
    return { cancel: () => this.timers.delete(id) };
  }
}

function outcomeText(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'runs';
  return 'error' in outcome ? String(outcome.error) : String(outcome.token);
}
