import { onAbort } from '../common/abort-listener.js';
import type { Clock, ClockTimer } from '../common/clock.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionCache } from './session.cache.js';
import type { SessionKeeper } from './session.keeper.js';
import type { SessionWriter } from './session.writer.js';
import type { StoredToken, TokenStore } from './token.store.js';

/** Milliseconds from the start of one check of a session to the start of the next. */
const CHECK_INTERVAL_MS = 5_000;

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
  /** Betfair was asked already, so the answer says nothing of what happened since. */
  isSent: boolean;
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

  constructor(private readonly deps: CheckDependencies) {
    onAbort(deps.closing, () => this.#timer?.cancel());
  }

  /**
   * Finds out if a refused session is gone, and has it replaced then.
   *
   * @param isProof the API itself refused a request that was sent with this session
   */
  refused(session: BetfairSession, isProof: boolean): Promise<Finding> | Finding {
    const { cache, keeper } = this.deps;
    if (this.#isReplaced(session)) return 'gone';
    // A session that no call got through with may be fine, and the API another one than that of the identity service.
    if (isProof && cache.isAccepted(session)) return this.#replace(session);
    // A renewal asks Betfair anyway.
    const afterwards = () => this.#afterRenewal(session);
    if (keeper.flight) return keeper.flight.then(afterwards, afterwards);
    const last = this.#last;
    if (last?.session !== session) return this.#start(session);
    const isRunning = last.finding !== undefined;
    if (!isRunning && this.#age(last) >= CHECK_INTERVAL_MS) return this.#start(session);
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
    return { session, startedAt, finding: undefined, isSent, isDueAgain: false };
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
    if (other !== undefined) {
      const validatedAt = clock.monotonic();
      const reply = await identity.keepAlive(other.token, closing);
      if (this.#isReplaced(session)) return 'gone';
      if (reply.type === 'unclear') return 'unclear';
      if (reply.type === 'alive') {
        cache.put({ ...other, validatedAt, type: 'resumed' });
        return 'gone';
      }
    }
    check.isSent = true;
    const validatedAt = clock.monotonic();
    const reply = await identity.keepAlive(session.token, closing);
    if (this.#isReplaced(session)) return 'gone';
    if (reply.type === 'unclear') return 'unclear';
    if (reply.type === 'dead') return this.#replace(session);
    cache.extend(session, validatedAt);
    if (other !== undefined) void this.#storeOver(other, session);
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
    this.#timer = clock.timer(
      () => {
        if (!this.#isReplaced(check.session)) void this.#start(check.session);
      },
      CHECK_INTERVAL_MS - this.#age(check),
    );
  }

  #isReplaced(session: BetfairSession): boolean {
    return this.deps.cache.alive?.session !== session;
  }

  #age(check: Check): number {
    return this.deps.clock.monotonic() - check.startedAt;
  }
}
