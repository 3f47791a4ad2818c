import { reasonOf, type AbortSignalLike } from '../common/abort-listener.js';
import type { Clock } from '../common/clock.js';
import { abortable, withDeadline } from '../common/deadline.js';
import {
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
} from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import { Backoff } from './backoff.js';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionCache } from './session.cache.js';
import type { SessionPublisher } from './session.publisher.js';
import type { SessionRenewal } from './session.renewal.js';

export interface KeeperDependencies {
  readonly cache: SessionCache;
  readonly renewal: SessionRenewal;
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

/** A session that was validated before is served that much longer while Betfair cannot be asked. */
const GRACE = 30_000;

/**
 * Keeps the one session of an account: serves it from memory, and otherwise runs one renewal however many callers
 * wait. A caller's signal ends that caller's wait, never the renewal.
 */
export class SessionKeeper {
  readonly #backoff: Backoff;
  #flight: Promise<BetfairSession> | undefined;
  #alone: Promise<unknown> | undefined;
  /** Work that the next renewal waits for. */
  #before: Promise<void> | undefined;

  constructor(private readonly deps: KeeperDependencies) {
    this.#backoff = new Backoff(deps.clock);
  }

  /** The renewal under way. */
  get flight(): Promise<BetfairSession> | undefined {
    return this.#flight;
  }

  /** The work under way that everybody waits for. */
  get alone(): Promise<unknown> | undefined {
    return this.#alone;
  }

  get(signal?: AbortSignalLike): Promise<BetfairSession> {
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    return this.deps.cache.warm ?? this.#obtain(signal);
  }

  /** Takes a dead session out of service, and has its successor ready for the next call. */
  replace(session: BetfairSession): void {
    this.deps.cache.reject(session.generation);
    // A failure reaches those who ask for a session.
    this.get().catch(() => undefined);
  }

  /** Runs `work` after the renewal under way; whoever asks for a session meanwhile waits for it. */
  runAlone<T>(work: () => Promise<T>): Promise<T> {
    this.deps.cache.warm = undefined;
    const before = this.#alone ?? this.#flight ?? Promise.resolve();
    const alone = before
      .catch(() => undefined)
      .then(work)
      .finally(() => {
        if (this.#alone === alone) this.#alone = undefined;
      });
    this.#alone = alone;
    return alone;
  }

  /**
   * Runs `work` after the renewal under way and before the next one, which is tried at once then. A session that may be
   * served is served meanwhile.
   */
  beforeRenewals(work: () => Promise<void>): Promise<void> {
    const earlier = this.#before ?? this.#flight ?? Promise.resolve();
    const done = earlier
      .catch(() => undefined)
      .then(work)
      .then(() => this.#backoff.reset())
      .finally(() => {
        if (this.#before === done) this.#before = undefined;
      });
    this.#before = done;
    return done;
  }

  /** Forgets failures, so that the next caller tries again at once. */
  resetBackoff(): void {
    this.#backoff.reset();
  }

  async #obtain(signal?: AbortSignalLike): Promise<BetfairSession> {
    const { cache, onDue } = this.deps;
    for (;;) {
      const alone = this.#alone?.catch(() => undefined);
      if (alone) await abortable(() => alone, signal);
      const served = cache.serve();
      if (served) {
        // In use, so it must not die: whoever comes first in the second half of its life has it kept alive.
        if (served.due) onDue();
        return served.session;
      }
      const session = await abortable(() => this.#renew(), signal);
      // Betfair may have rejected it while it was on its way.
      if (!cache.isRejected(session.generation)) return session;
    }
  }

  #renew(): Promise<BetfairSession> {
    const before = this.#before?.catch(() => undefined);
    if (before) return before.then(() => this.#renew());
    this.#flight ??= this.#fly().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #fly(): Promise<BetfairSession> {
    const { cache, clock, closing, renewal, renewalTimeout } = this.deps;
    closing.throwIfAborted();
    this.#backoff.throwIfWaiting();
    const { held } = cache;
    try {
      const renewed = await withDeadline(
        clock,
        renewalTimeout,
        (signal) => renewal.run(held && { ...held, rejected: cache.alive !== held }, signal),
        () =>
          new BetfairIdentityUnavailableError(
            `No session could be had within ${renewalTimeout} ms (renewalTimeout).`,
          ),
        closing,
      );
      this.#backoff.reset();
      if ('token' in renewed) return cache.put(renewed);
      const { session } = renewed;
      if (renewed.type === 'extended') cache.extend(session, renewed.validatedAt);
      else {
        cache.serveOn(session, GRACE);
        this.deps.publisher.publish({ type: 'renewalFailed', error: renewed.error });
      }
      return session;
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
        cause: safeCause(error),
      });
}
