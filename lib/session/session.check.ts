import { onAbort } from '../common/abort-listener.js';
import type { Clock, ClockTimer } from '../common/clock.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionCache } from './provider/session.cache.js';
import type { SessionProvider } from './provider/session.provider.js';
import type { TokenWriter } from './provider/token.writer.js';
import type { StoredToken, TokenStore } from './provider/token.store.js';

/** Milliseconds between the starts of two checks of one session, for each keepAlive that the first one sent. */
const CHECK_INTERVAL_MS = 5_000;

/** State of a refused session: no longer served, accepted by Betfair, or unknown. */
export type Finding = 'gone' | 'alive' | 'unclear';

export interface CheckDependencies {
  readonly cache: SessionCache;
  readonly provider: SessionProvider;
  readonly identity: IdentityClient;
  readonly tokens: TokenStore;
  readonly writer: TokenWriter;
  readonly clock: Clock;
  readonly closing: AbortSignal;
}

interface Check {
  readonly session: BetfairSession;
  readonly startedAt: number;
  /** Result while the check runs; `undefined` after its end. */
  finding: Promise<Finding> | undefined;
  /** `true` once the keepAlive was sent; its answer does not cover later suspicions. */
  isSent: boolean;
  /** Number of keepAlives sent so far. */
  keepAlives: number;
  /** `true` if the session was suspected after the keepAlive was sent. */
  isDueAgain: boolean;
}

/** Checks a suspected session with a keepAlive, at most once in 5 s. */
export class SessionCheck {
  #last: Check | undefined;
  #timer: ClockTimer | undefined;

  constructor(private readonly deps: CheckDependencies) {
    onAbort(deps.closing, () => this.#timer?.cancel());
  }

  /**
   * Checks if a session is dead, and replaces it if so. Within 5 s of a check that found it alive, the result is
   * `'unclear'`, and another check follows after the 5 s.
   */
  suspect(session: BetfairSession): Promise<Finding> | Finding {
    if (!this.deps.cache.isCurrent(session)) return 'gone';
    // A renewal validates the session too.
    const afterwards = () => this.#afterRenewal(session);
    const { flight } = this.deps.provider;
    if (flight) return flight.then(afterwards, afterwards);
    const last = this.#last;
    if (last?.session !== session) return this.#start(session);
    if (last.finding === undefined && this.#timeLeft(last) <= 0) return this.#start(session);
    this.#checkAgain(last);
    return last.finding ?? 'unclear';
  }

  /** Treats a renewal as a check. Another check follows, because the renewal may have begun before the suspicion. */
  #afterRenewal(session: BetfairSession): Finding {
    if (!this.deps.cache.isCurrent(session)) return 'gone';
    if (this.#last?.session !== session) this.#last = this.#newCheck(session, true);
    this.#checkAgain(this.#last);
    return 'unclear';
  }

  /** Schedules another check if this one was sent before the suspicion. */
  #checkAgain(check: Check): void {
    if (!check.isSent || check.isDueAgain) return;
    check.isDueAgain = true;
    if (check.finding === undefined) this.#arm(check);
  }

  #newCheck(session: BetfairSession, isSent: boolean): Check {
    const startedAt = this.deps.clock.monotonic();
    return { session, startedAt, finding: undefined, isSent, keepAlives: 0, isDueAgain: false };
  }

  #start(session: BetfairSession): Promise<Finding> {
    this.#timer?.cancel();
    const check = this.#newCheck(session, false);
    this.#last = check;
    check.finding = this.#look(check)
      .catch((): Finding => 'unclear')
      .finally(() => {
        check.finding = undefined;
        if (check.isDueAgain) this.#arm(check);
      });
    return check.finding;
  }

  async #look(check: Check): Promise<Finding> {
    const { closing, clock, identity, cache, provider } = this.deps;
    const { session } = check;
    const other = await this.#storedInstead(session);
    let isOtherDead = false;
    if (other !== undefined) {
      const validatedAt = clock.monotonic();
      check.keepAlives += 1;
      const reply = await identity.keepAlive(other.token, closing);
      isOtherDead = reply.type === 'dead';
      if (!this.deps.cache.isCurrent(session)) return 'gone';
      if (reply.type === 'alive') {
        cache.put({ ...other, validatedAt, type: 'resumed' });
        return 'gone';
      }
    }
    check.isSent = true;
    check.keepAlives += 1;
    const validatedAt = clock.monotonic();
    const reply = await identity.keepAlive(session.token, closing);
    if (!this.deps.cache.isCurrent(session)) return 'gone';
    if (reply.type === 'unclear') return 'unclear';
    if (reply.type === 'dead') {
      provider.replace(session);
      return 'gone';
    }
    cache.extend(session, validatedAt);
    if (other !== undefined && isOtherDead) {
      void provider.runAlongside(() => this.#storeOver(other, session));
    }
    return 'alive';
  }

  /** The token that another process stored in place of this session's. */
  async #storedInstead(session: BetfairSession) {
    const { tokens, closing } = this.deps;
    // A failing store does not prevent the keepAlive.
    const stored = await tokens.read(closing).catch(() => undefined);
    if (stored?.token === undefined || stored.token === session.token) return undefined;
    return { token: stored.token, version: stored.version };
  }

  /** Replaces a dead token in the store, so that the next check does not send it again. */
  async #storeOver(dead: StoredToken, session: BetfairSession): Promise<void> {
    const { cache, closing, writer } = this.deps;
    try {
      const outcome = await writer.store(session.token, dead, { given: true, signal: closing });
      const isStored = outcome.type === 'stored';
      cache.markStored(session, isStored ? outcome.version : undefined);
    } catch {
      // The session is valid, and the failure of the store was published.
      cache.markStored(session, undefined);
    }
  }

  #arm(check: Check): void {
    const { cache, clock, closing } = this.deps;
    if (closing.aborted || this.#last !== check || !cache.isCurrent(check.session)) return;
    this.#timer = clock.timer(() => {
      if (cache.isCurrent(check.session)) void this.#start(check.session);
    }, this.#timeLeft(check));
  }

  /** Milliseconds until the next check may start. */
  #timeLeft({ startedAt, keepAlives }: Check): number {
    const interval = CHECK_INTERVAL_MS * Math.max(1, keepAlives);
    return startedAt + interval - this.deps.clock.monotonic();
  }
}
