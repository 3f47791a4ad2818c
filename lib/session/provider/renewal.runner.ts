import type { BetfairSession } from '../../betfair-session.js';
import type { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import {
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  BetfairSessionError,
} from '../../errors/index.js';
import { wordlessCause } from '../../errors/safe-cause.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import type { SessionPublisher } from '../events/session.publisher.js';
import { RenewalBackoff } from './renewal.backoff.js';
import type { Acquired, SessionAcquisition } from './session.acquisition.js';
import type { SessionCache } from './session.cache.js';

export interface RunnerDependencies {
  readonly cache: SessionCache;
  readonly acquisition: SessionAcquisition;
  readonly publisher: SessionPublisher;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Milliseconds for a whole renewal. */
  readonly renewalTimeout: number;
  /** Milliseconds between two reads of the store while logins are blocked. */
  readonly leaseDuration: number;
  readonly closing: AbortSignal;
}

/** Result of a successful renewal. */
export interface Renewed {
  readonly session: BetfairSession;
  readonly outcome: Acquired['type'];
  /** Error of the keepAlive, if the session is served for a while without a clear answer. */
  readonly doubt?: BetfairSessionError;
}

/** Milliseconds that a session is still served after a keepAlive without a clear answer. */
const SERVE_UNCHECKED_MS = 30_000;

/** Runs one renewal within `renewalTimeout`, and applies its result to the cache and the backoff. */
export class RenewalRunner {
  readonly backoff: RenewalBackoff;

  constructor(private readonly deps: RunnerDependencies) {
    this.backoff = new RenewalBackoff(deps.clock);
  }

  /** @throws BetfairSessionError the renewal failed, or the wait after a failure is not over */
  async run(): Promise<Renewed> {
    this.backoff.throwIfWaiting();
    return this.deps.telemetry.renewal(() => this.#renew());
  }

  async #renew(): Promise<Renewed> {
    const { acquisition, cache, clock, closing, renewalTimeout } = this.deps;
    const { held } = cache;
    try {
      const acquired = await withDeadline(
        clock,
        renewalTimeout,
        (signal) => acquisition.run(held && { ...held, rejected: cache.alive !== held }, signal),
        () =>
          new BetfairIdentityUnavailableError(
            `Could not get a session within ${renewalTimeout} ms (renewalTimeout). It is tried again after a short wait.`,
          ),
        closing,
      );
      this.backoff.reset();
      const outcome = acquired.type;
      if ('token' in acquired) return { session: cache.put(acquired), outcome };
      const { session } = acquired;
      if (acquired.type === 'extended') {
        cache.extend(session, acquired.validatedAt);
        return { session, outcome };
      }
      cache.serveOn(session, SERVE_UNCHECKED_MS);
      this.deps.publisher.publish({ type: 'renewalFailed', error: acquired.error });
      return { session, outcome, doubt: acquired.error };
    } catch (error) {
      throw this.#failed(toSessionError(error));
    }
  }

  #failed(error: BetfairSessionError): BetfairSessionError {
    const { clock, leaseDuration, publisher } = this.deps;
    if (error.code === 'BETFAIR_CLOSED') return error;
    // Only a person or time ends these two, but another process may store a session meanwhile.
    if (error instanceof BetfairLoginRejectedError) {
      this.backoff.hold(error, leaseDuration);
    } else if (error instanceof BetfairLoginBlockedError) {
      this.backoff.failed(error, Math.min(leaseDuration, error.until.getTime() - clock.wall()));
    } else {
      this.backoff.failed(error);
      publisher.publish({ type: 'renewalFailed', error });
    }
    return error;
  }
}

function toSessionError(error: unknown): BetfairSessionError {
  if (error instanceof BetfairSessionError) return error;
  const cause = wordlessCause(error);
  return new BetfairIdentityUnavailableError(
    'Could not renew the session because of an unexpected error (see its cause).',
    { cause },
  );
}
