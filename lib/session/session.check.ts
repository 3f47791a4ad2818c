import { onAbort } from '../common/abort-listener.js';
import type { Clock, ClockTimer } from '../common/clock.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionCache } from './session.cache.js';
import type { SessionKeeper } from './session.keeper.js';
import type { SessionWriter } from './session.writer.js';
import type { StoredToken, TokenStore } from './token.store.js';

/** Milliseconds from the start of one check of a session to the start of the next, for each keepAlive that it takes. */
const CHECK_INTERVAL_MS = 5_000;
/** Milliseconds after a proof within which the next one is checked: sessions do not die that fast. */
const TRUST_INTERVAL_MS = 60_000;

/** The state of a refused session: out of service, taken by Betfair, or not known. */
export type Finding = 'gone' | 'alive' | 'unclear';

export interface CheckDependencies {
  readonly cache: SessionCache;
  readonly keeper: SessionKeeper;
  readonly identity: IdentityClient;
  readonly tokens: TokenStore;
  readonly writer: SessionWriter;
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

/**
 * Decides if a session that was refused, or looks refused, is replaced. Proof ends it at once. A suspicion, which user
 * input or a client with an old token can cause as well, is checked by keepAlive, at most once in 5 s for each session.
 */
export class SessionCheck {
  #last: Check | undefined;
  #timer: ClockTimer | undefined;
  /** Monotonic time of the last proof that was not checked. */
  #trustedAt = -TRUST_INTERVAL_MS;
  /** The API refused what the identity service took, and they have not agreed since. */
  #isDisputed = false;

  constructor(private readonly deps: CheckDependencies) {
    onAbort(deps.closing, () => this.#timer?.cancel());
  }

  /**
   * Finds out if a refused session is gone, and has it replaced then.
   *
   * @param isProof the API itself refused a request that was sent with this session
   */
  async refused(session: BetfairSession, isProof: boolean): Promise<Finding> {
    if (this.#isReplaced(session)) return 'gone';
    if (isProof && this.#trusts(session)) {
      this.#trustedAt = this.deps.clock.monotonic();
      return this.#replace(session);
    }
    const finding = await this.#suspect(session);
    if (isProof && finding === 'alive') this.#isDisputed = true;
    return finding;
  }

  /** Notes that the API refused a new session too, so that the next proof is checked, whenever it comes. */
  refusedAgain(session: BetfairSession): void {
    if (!this.#isReplaced(session)) this.#isDisputed = true;
  }

  /**
   * Tells if the word of the API is enough: not about a session that no call got through with, which it may never have
   * taken, and not while it refuses, time and again, what the identity service takes.
   */
  #trusts(session: BetfairSession): boolean {
    const { cache, clock } = this.deps;
    const isRare = clock.monotonic() - this.#trustedAt >= TRUST_INTERVAL_MS;
    return cache.isAccepted(session) && isRare && !this.#isDisputed;
  }

  #suspect(session: BetfairSession): Promise<Finding> | Finding {
    // A renewal asks Betfair anyway.
    const afterwards = () => this.#afterRenewal(session);
    const { flight } = this.deps.keeper;
    if (flight) return flight.then(afterwards, afterwards);
    const last = this.#last;
    if (last?.session !== session) return this.#start(session);
    if (last.finding === undefined && this.#timeLeft(last) <= 0) return this.#start(session);
    this.#checkAgain(last);
    return last.finding ?? 'unclear';
  }

  /** What a renewal asked may be older than the suspicion, so it counts as a check that another follows. */
  #afterRenewal(session: BetfairSession): Finding {
    if (this.#isReplaced(session)) return 'gone';
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
    const { closing, clock, identity, cache } = this.deps;
    const { session } = check;
    const other = await this.#storedInstead(session);
    let isDead = false;
    if (other !== undefined) {
      const validatedAt = clock.monotonic();
      check.keepAlives += 1;
      const reply = await identity.keepAlive(other.token, closing);
      isDead = reply.type === 'dead';
      if (this.#isReplaced(session)) return 'gone';
      if (reply.type === 'alive') {
        cache.put({ ...other, validatedAt, type: 'resumed' });
        return 'gone';
      }
    }
    check.isSent = true;
    check.keepAlives += 1;
    const validatedAt = clock.monotonic();
    const reply = await identity.keepAlive(session.token, closing);
    if (this.#isReplaced(session)) return 'gone';
    if (reply.type === 'unclear') return 'unclear';
    if (reply.type === 'dead') {
      this.#isDisputed = false;
      return this.#replace(session);
    }
    cache.extend(session, validatedAt);
    if (other !== undefined && isDead) void this.#storeOver(other, session);
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
      if (outcome.type === 'stored') cache.markStored(session, outcome.version);
    } catch {
      // The session is fine, and the failure of the store was published as such.
    }
  }

  #replace(session: BetfairSession): Finding {
    const { cache, keeper } = this.deps;
    cache.reject(session.generation);
    // So that the next call finds a new one; a failure reaches those who ask for it.
    keeper.get().catch(() => undefined);
    return 'gone';
  }

  #arm(check: Check): void {
    const { clock, closing } = this.deps;
    if (closing.aborted || this.#last !== check || this.#isReplaced(check.session)) return;
    this.#timer = clock.timer(() => {
      if (!this.#isReplaced(check.session)) void this.#start(check.session);
    }, this.#timeLeft(check));
  }

  #isReplaced(session: BetfairSession): boolean {
    return this.deps.cache.alive?.session !== session;
  }

  /** Milliseconds until the next check may start. */
  #timeLeft({ startedAt, keepAlives }: Check): number {
    const interval = CHECK_INTERVAL_MS * Math.max(1, keepAlives);
    return startedAt + interval - this.deps.clock.monotonic();
  }
}
