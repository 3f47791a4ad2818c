import { onAbort } from '../common/abort-listener.js';
import type { Clock, ClockTimer } from '../common/clock.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionCache } from './provider/session.cache.js';
import type { SessionProvider } from './provider/session.provider.js';
import type { TokenWriter } from './provider/token.writer.js';
import type { StoredToken, TokenStore } from './provider/token.store.js';

/** Milliseconds from the start of one check of a session to the start of the next, for each keepAlive that it takes. */
const CHECK_INTERVAL_MS = 5_000;

/** The state of a refused session: out of service, taken by Betfair, or not known. */
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
  /** Runs; `undefined` once it is over. */
  finding: Promise<Finding> | undefined;
  /** Betfair was asked about it already, so the answer says nothing of what happened since. */
  isSent: boolean;
  /** keepAlives that it took so far. */
  keepAlives: number;
  /** Somebody suspected the session after it was sent. */
  isDueAgain: boolean;
}

/** Asks Betfair, by keepAlive, if a suspected session lives: at most once in 5 s for each session. */
export class SessionCheck {
  #last: Check | undefined;
  #timer: ClockTimer | undefined;

  constructor(private readonly deps: CheckDependencies) {
    onAbort(deps.closing, () => this.#timer?.cancel());
  }

  /**
   * Finds out if a session is gone, and has it replaced then. Within 5 s of a check that found it alive it is
   * `'unclear'`, and another check follows when these are over.
   */
  suspect(session: BetfairSession): Promise<Finding> | Finding {
    if (!this.deps.cache.isCurrent(session)) return 'gone';
    // A renewal asks Betfair anyway.
    const afterwards = () => this.#afterRenewal(session);
    const { flight } = this.deps.provider;
    if (flight) return flight.then(afterwards, afterwards);
    const last = this.#last;
    if (last?.session !== session) return this.#start(session);
    if (last.finding === undefined && this.#timeLeft(last) <= 0) return this.#start(session);
    this.#checkAgain(last);
    return last.finding ?? 'unclear';
  }

  /** Counts a renewal as a check that another follows, because it may have asked before the suspicion arose. */
  #afterRenewal(session: BetfairSession): Finding {
    if (!this.deps.cache.isCurrent(session)) return 'gone';
    if (this.#last?.session !== session) this.#last = this.#newCheck(session, true);
    this.#checkAgain(this.#last);
    return 'unclear';
  }

  /** Has another check follow a check that was sent before the suspicion arose. */
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
    // Without the store Betfair can still be asked.
    const stored = await tokens.read(closing).catch(() => undefined);
    if (stored?.token === undefined || stored.token === session.token) return undefined;
    return { token: stored.token, version: stored.version };
  }

  /** Replaces a dead token in the store, so that the next check need not ask for it again. */
  async #storeOver(dead: StoredToken, session: BetfairSession): Promise<void> {
    const { cache, closing, writer } = this.deps;
    try {
      const outcome = await writer.store(session.token, dead, { given: true, signal: closing });
      const isStored = outcome.type === 'stored';
      cache.markStored(session, isStored ? outcome.version : undefined);
    } catch {
      // The session is fine, and the failure of the store was published as such.
      cache.markStored(session, undefined);
    }
  }

  #arm(check: Check): void {
    const { clock, closing } = this.deps;
    if (closing.aborted || this.#last !== check || !this.deps.cache.isCurrent(check.session))
      return;
    this.#timer = clock.timer(() => {
      if (this.deps.cache.isCurrent(check.session)) void this.#start(check.session);
    }, this.#timeLeft(check));
  }

  /** Milliseconds until the next check may start. */
  #timeLeft({ startedAt, keepAlives }: Check): number {
    const interval = CHECK_INTERVAL_MS * Math.max(1, keepAlives);
    return startedAt + interval - this.deps.clock.monotonic();
  }
}
