import { reasonOf, type AbortSignalLike } from '../../common/abort-listener.js';
import type { Clock } from '../../common/clock.js';
import { abortable, withDeadline } from '../../common/deadline.js';
import {
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
} from '../../errors/index.js';
import { wordlessCause } from '../../errors/safe-cause.js';
import { RenewalBackoff } from './renewal.backoff.js';
import type { BetfairSession } from '../../betfair-session.js';
import type { SessionCache } from './session.cache.js';
import type { SessionPublisher } from '../events/session.publisher.js';
import type { SessionAcquisition } from './session.acquisition.js';

export interface ProviderDependencies {
  readonly cache: SessionCache;
  readonly renewal: SessionAcquisition;
  readonly publisher: SessionPublisher;
  readonly clock: Clock;
  /** Milliseconds for a whole renewal. */
  readonly renewalTimeout: number;
  /** Milliseconds between two looks at what blocks logins. */
  readonly leaseDuration: number;
  /** Ends everything in flight. */
  readonly closing: AbortSignal;
  /** Called when a session in use should be kept alive. */
  readonly onDue: () => void;
}

/** How a renewal ended. */
export interface Renewed {
  readonly session: BetfairSession;
  /** Betfair could not be asked, so the session is served on for a while. */
  readonly doubt?: BetfairSessionError;
}

/** A session that was validated before is served that much longer while Betfair cannot be asked. */
const GRACE = 30_000;

/**
 * Keeps the one session of an account: serves it from memory, and otherwise runs one renewal however many callers
 * wait. A caller's signal ends that caller's wait, never the renewal.
 */
export class SessionProvider {
  readonly #backoff: RenewalBackoff;
  #flight: Promise<Renewed> | undefined;
  #exclusive: Promise<unknown> | undefined;
  /** Work that the next renewal waits for. */
  #before: Promise<void> | undefined;
  readonly #alongside = new Set<Promise<void>>();

  constructor(private readonly deps: ProviderDependencies) {
    this.#backoff = new RenewalBackoff(deps.clock);
  }

  /** The renewal under way. */
  get flight(): Promise<Renewed> | undefined {
    return this.#flight;
  }

  /** Everything under way. */
  get work(): readonly Promise<unknown>[] {
    const all = [this.#flight, this.#exclusive, this.#before, ...this.#alongside];
    return all.filter((work) => work !== undefined);
  }

  /** The session that a caller gets now without waiting. */
  get current(): BetfairSession | undefined {
    return this.#exclusive ? undefined : this.deps.cache.servable?.session;
  }

  get(signal?: AbortSignalLike): Promise<BetfairSession> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.deps.cache.warm ?? this.#obtain(signal);
  }

  /** Takes a dead session out of service, and has its successor ready for the next call. */
  replace(session: BetfairSession): void {
    this.deps.cache.reject(session.generation);
    // A failure reaches those who ask for a session.
    this.ensure().catch(() => undefined);
  }

  /** Gets a session ready, unless the application logs out before there is one. */
  async ensure(): Promise<void> {
    while (!this.deps.cache.loggedOut) {
      if (await this.#step()) return;
    }
  }

  /** Runs `work` when nothing else is under way; whoever asks for a session meanwhile waits for it. */
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
   * Runs `work` after what is under way and before the next renewal, which is tried at once then. A session that may be
   * served is served meanwhile.
   */
  async beforeRenewals(work: () => Promise<void>): Promise<void> {
    this.deps.closing.throwIfAborted();
    const done = Promise.allSettled(this.work)
      .then(work)
      .then(() => this.#backoff.reset())
      .finally(() => {
        if (this.#before === done) this.#before = undefined;
      });
    this.#before = done;
    return done;
  }

  /** Runs `work` for the session in use, and lets a logout wait for its end; not if one has begun. */
  async runAlongside(work: () => Promise<void>): Promise<void> {
    if (this.#exclusive) return;
    const alongside = work().finally(() => this.#alongside.delete(alongside));
    this.#alongside.add(alongside);
    await alongside;
  }

  /** Forgets failures, so that the next caller tries again at once. */
  resetBackoff(): void {
    this.#backoff.reset();
  }

  async #obtain(signal?: AbortSignalLike): Promise<BetfairSession> {
    for (;;) {
      const session = await this.#step(signal);
      if (session) return session;
    }
  }

  /** Serves the session, or waits for whatever stands between it and the caller; `undefined`: look again. */
  async #step(signal?: AbortSignalLike): Promise<BetfairSession | undefined> {
    const { cache, closing, onDue } = this.deps;
    closing.throwIfAborted();
    const exclusive = this.#exclusive?.catch(() => undefined);
    if (exclusive) {
      await abortable(() => exclusive, signal);
      // By now there may be another logout.
      return undefined;
    }
    const served = cache.serve();
    if (served) {
      // In use, so it must not die: whoever comes first in the second half of its life has it kept alive.
      if (served.due) onDue();
      return served.session;
    }
    const before = this.#before?.catch(() => undefined);
    if (before) {
      await abortable(() => before, signal);
      return undefined;
    }
    const { session } = await abortable(() => this.#renew(), signal);
    // Betfair may have rejected it while it was on its way.
    return cache.isRejected(session.generation) ? undefined : session;
  }

  #renew(): Promise<Renewed> {
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fly(): Promise<Renewed> {
    const { cache, clock, closing, renewal, renewalTimeout } = this.deps;
    this.#backoff.throwIfWaiting();
    const { held } = cache;
    try {
      const renewed = await withDeadline(
        clock,
        renewalTimeout,
        (signal) => renewal.run(held && { ...held, rejected: cache.alive !== held }, signal),
        () =>
          new BetfairIdentityUnavailableError(
            `Could not get a session within ${renewalTimeout} ms (renewalTimeout).`,
          ),
        closing,
      );
      this.#backoff.reset();
      if ('token' in renewed) return { session: cache.put(renewed) };
      const { session } = renewed;
      if (renewed.type === 'extended') {
        cache.extend(session, renewed.validatedAt);
        return { session };
      }
      cache.serveOn(session, GRACE);
      this.deps.publisher.publish({ type: 'renewalFailed', error: renewed.error });
      return { session, doubt: renewed.error };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(cause: unknown): BetfairSessionError {
    const { clock, leaseDuration, publisher } = this.deps;
    const error = toSessionError(cause);
    if (error.code === 'BETFAIR_CLOSED') return error;
    // Nothing but a person, or time, ends these; still the store is looked at now and then for a new session.
    if (error instanceof BetfairLoginRejectedError) {
      this.#backoff.hold(error, leaseDuration);
    } else if (error instanceof BetfairLoginBlockedError) {
      this.#backoff.failed(error, Math.min(leaseDuration, error.until.getTime() - clock.wall()));
    } else {
      this.#backoff.failed(error);
      publisher.publish({ type: 'renewalFailed', error });
    }
    return error;
  }
}

function toSessionError(error: unknown): BetfairSessionError {
  return error instanceof BetfairSessionError
    ? error
    : new BetfairIdentityUnavailableError('The session could not be renewed.', {
        cause: wordlessCause(error),
      });
}
