import type { BetfairSession } from '../../betfair-session.js';
import { reasonOf, type AbortSignalLike } from '../../common/abort-listener.js';
import { abortable } from '../../common/deadline.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import type { Renewed, RenewalRunner } from './renewal.runner.js';
import type { SessionCache } from './session.cache.js';

export interface ProviderDependencies {
  readonly cache: SessionCache;
  readonly runner: RenewalRunner;
  readonly telemetry: Telemetry;
  readonly closing: AbortSignal;
  /** Called when a session in use should be kept alive. */
  readonly onDue: () => void;
}

/**
 * Serves the session of one account from memory, and otherwise runs one renewal however many callers wait. A caller's
 * signal ends that caller's wait, never the renewal.
 */
export class SessionProvider {
  #flight: Promise<Renewed> | undefined;
  #exclusive: Promise<unknown> | undefined;
  /** Work that the next renewal waits for. */
  #before: Promise<void> | undefined;
  /** Why no session is obtained any more. */
  #over: Error | undefined;
  readonly #alongside = new Set<Promise<void>>();

  constructor(private readonly deps: ProviderDependencies) {}

  /** The renewal in progress. */
  get flight(): Promise<Renewed> | undefined {
    return this.#flight;
  }

  /** Everything in progress. */
  get work(): readonly Promise<unknown>[] {
    const all = [this.#flight, this.#exclusive, this.#before, ...this.#alongside];
    return all.filter((work) => work !== undefined);
  }

  /** The session that a caller gets now without waiting. */
  get current(): BetfairSession | undefined {
    return this.#exclusive ? undefined : this.deps.cache.servable?.session;
  }

  /** Error of the last renewal, until one succeeds. */
  get failure(): unknown {
    return this.deps.runner.backoff.error;
  }

  get(signal?: AbortSignalLike): Promise<BetfairSession> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.deps.cache.warm ?? this.#obtain(signal);
  }

  /** Stops serving a dead session, and starts to get the next one. */
  replace(session: BetfairSession): void {
    this.deps.cache.reject(session.generation);
    // Callers who ask for a session get the failure.
    this.ensure().catch(() => undefined);
  }

  /** Gets a session ready, unless the application logs out first. */
  async ensure(): Promise<void> {
    while (!this.deps.cache.loggedOut) {
      if (await this.#step()) return;
    }
  }

  /** Runs `work` when nothing else is in progress; callers who ask for a session wait for it. */
  async runExclusive<T>(work: () => Promise<T>): Promise<T> {
    this.deps.closing.throwIfAborted();
    this.deps.cache.warm = undefined;
    const exclusive = Promise.allSettled(this.work)
      .then(work)
      .finally(() => {
        if (this.#exclusive === exclusive) this.#exclusive = undefined;
      });
    this.#exclusive = exclusive;
    return exclusive;
  }

  /**
   * Runs `work` as {@link runExclusive} does. No session is obtained after it, even if it fails: callers get `over`.
   */
  async runLast(work: () => Promise<void>, over: Error): Promise<void> {
    return this.runExclusive(() => {
      this.#over = over;
      return work();
    });
  }

  /**
   * Runs `work` after everything in progress and before the next renewal, which may then start at once. A valid session
   * is served meanwhile.
   */
  async beforeRenewals(work: () => Promise<void>): Promise<void> {
    this.deps.closing.throwIfAborted();
    const done = Promise.allSettled(this.work)
      .then(work)
      .then(() => this.resetBackoff())
      .finally(() => {
        if (this.#before === done) this.#before = undefined;
      });
    this.#before = done;
    return done;
  }

  /** Runs `work`, and makes a logout wait for its end; does nothing if a logout has begun. */
  async runAlongside(work: () => Promise<void>): Promise<void> {
    if (this.#exclusive) return;
    const alongside = work().finally(() => this.#alongside.delete(alongside));
    this.#alongside.add(alongside);
    await alongside;
  }

  /** Forgets failures, so that the next caller tries again at once. */
  resetBackoff(): void {
    this.deps.runner.backoff.reset();
  }

  async #obtain(signal?: AbortSignalLike): Promise<BetfairSession> {
    for (;;) {
      const session = await this.#step(signal);
      if (session) return session;
    }
  }

  /** Serves the session, or waits for one thing that delays it; `undefined`: call it again. */
  async #step(signal?: AbortSignalLike): Promise<BetfairSession | undefined> {
    const { cache, closing, onDue } = this.deps;
    closing.throwIfAborted();
    const exclusive = this.#exclusive?.catch(() => undefined);
    if (exclusive) {
      await abortable(() => exclusive, signal);
      // Another logout may have begun.
      return undefined;
    }
    const served = cache.serve();
    if (served) {
      // The first caller in the second half of the lifetime triggers a keepAlive.
      if (served.due) onDue();
      return served.session;
    }
    if (this.#over) throw this.#over;
    const before = this.#before?.catch(() => undefined);
    if (before) {
      await abortable(() => before, signal);
      return undefined;
    }
    const { session } = await abortable(() => this.#renew(), signal);
    // Betfair may have rejected it in the meantime.
    return cache.isRejected(session.generation) ? undefined : session;
  }

  #renew(): Promise<Renewed> {
    if (this.#flight) this.deps.telemetry.joinRenewal();
    this.#flight ??= this.deps.runner.run().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }
}
