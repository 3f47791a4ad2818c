import type { Clock } from '../common/clock.js';
import {
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionError,
} from '../errors/index.js';
import type { LoginReply } from '../identity/identity-reply.js';
import { actionFor } from '../identity/login-codes.js';
import type { LeaseRecord } from '../storage/lease.record.js';
import type { SessionPublisher } from './session.publisher.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Betfair's temporary ban, from the refusal that reports it. */
const BAN = 20 * MINUTE;
/** What a ban that another process reports counts at the most. */
const LONGEST_BAN = 25 * MINUTE;
/** Logins per window. Betfair bans at 100 a minute and writes to users who log in too often below that. */
const BUDGETS = [
  { logins: 5, window: MINUTE },
  { logins: 20, window: 60 * MINUTE },
] as const;
const MOST_REMEMBERED = 20;
const BANNED =
  'Betfair has banned this account from logging in for 20 minutes (TEMPORARY_BAN_TOO_MANY_REQUESTS); sessions that exist stay valid.';
const BUDGET_SPENT =
  'The login budget is spent: sessions end sooner than they should. Look for what ends or rejects them (a logout elsewhere, a changing egress address).';

/**
 * Decides whether a login may be attempted: not after a refusal until the credentials change, not during Betfair's
 * ban, and not more often than the budget allows, whatever goes wrong.
 */
export class LoginGuard {
  #refusal: { readonly code: string; readonly fingerprint: string } | undefined;
  /** Monotonic: a wall clock that is set back must not prolong it. */
  #bannedUntil = -Infinity;
  /** Monotonic times of the logins that succeeded or may have. */
  #spent: readonly number[] = [];

  /** Whether the record that processes share holds what is known here. */
  shared = false;
  /** Whether the application was told that logins are held back. */
  #announced = false;

  constructor(
    private readonly clock: Clock,
    private readonly publisher: SessionPublisher,
  ) {}

  /** @throws BetfairSessionError a login with these credentials may not be attempted now */
  assertOpen(fingerprint: string): void {
    if (this.#refusal?.fingerprint === fingerprint)
      throw this.#block(rejection(this.#refusal.code));
    const heldBack = this.#holdBack();
    if (heldBack) throw this.#block(heldBack);
  }

  /**
   * Takes note of how a login ended.
   *
   * @returns the token
   * @throws BetfairSessionError the login gave none
   */
  settle(reply: LoginReply, fingerprint: string): string {
    switch (reply.type) {
      case 'loggedIn':
        this.#spend();
        this.unblock();
        return reply.token;
      case 'unclear':
        // A login whose answer was lost may have succeeded.
        if (!reply.answered) this.#spend();
        throw reply.error;
      case 'refused':
        this.#refusal = { code: reply.code, fingerprint };
        throw this.#block(rejection(reply.code));
      case 'banned':
        this.#bannedUntil = this.clock.monotonic() + BAN;
        throw this.#block(this.#blocked(BAN, BANNED));
    }
  }

  /**
   * Takes over what another process found out with the same credentials. What was shared and is in the record no more
   * was lifted by an operator, unless the refusal of other credentials took its place.
   */
  learn({ refusal, ban }: LeaseRecord, fingerprint: string): void {
    if (this.shared) {
      const displaced = refusal === null ? undefined : this.#refusal;
      this.#forget();
      this.#refusal = displaced;
      this.shared = displaced !== undefined;
    }
    if (refusal?.fingerprint === fingerprint) this.#refusal = refusal;
    // Clamped: neither a clock that is off nor an edit by hand may hold logins back for longer.
    const left = Math.min((ban ?? 0) - this.clock.wall(), LONGEST_BAN);
    if (left > 0) this.#bannedUntil = this.clock.monotonic() + left;
    this.shared ||= refusal?.fingerprint === fingerprint || left > 0;
  }

  /** What other processes must know; times are on the wall clock. */
  get findings(): Partial<Pick<LeaseRecord, 'refusal' | 'ban'>> {
    const left = this.#bannedUntil - this.clock.monotonic();
    return {
      ...(this.#refusal && { refusal: this.#refusal }),
      ...(left > 0 && { ban: Math.round(this.clock.wall() + left) }),
    };
  }

  /** Whether logins are held back, and until when where that is known. */
  get blocked(): { readonly until?: Date } | undefined {
    if (this.#refusal) return {};
    const held = this.#holdBack();
    return held && { until: held.until };
  }

  /** Lifts a refusal and a ban, by order of the operator. The budget stays: it keeps the account from being banned. */
  unblock(): void {
    this.#forget();
    if (this.#announced) this.publisher.publish({ type: 'loginUnblocked' });
    this.#announced = false;
  }

  #forget(): void {
    this.#refusal = undefined;
    this.#bannedUntil = -Infinity;
    this.shared = false;
  }

  /** Tells the application, once, that logins are held back from now on. */
  #block<E extends BetfairSessionError>(error: E): E {
    if (!this.#announced) this.publisher.publish({ type: 'loginBlocked', error });
    this.#announced = true;
    return error;
  }

  #holdBack(): BetfairLoginBlockedError | undefined {
    const ban = this.#bannedUntil - this.clock.monotonic();
    if (ban > 0) return this.#blocked(ban, BANNED);
    const wait = this.#budgetWait();
    return wait > 0 ? this.#blocked(wait, BUDGET_SPENT) : undefined;
  }

  #blocked(ms: number, reason: string): BetfairLoginBlockedError {
    return new BetfairLoginBlockedError(reason, new Date(this.clock.wall() + ms));
  }

  #budgetWait(): number {
    const now = this.clock.monotonic();
    return Math.max(
      ...BUDGETS.map(({ logins, window }) => {
        const oldest = this.#spent.at(-logins);
        return oldest === undefined ? 0 : oldest + window - now;
      }),
    );
  }

  #spend(): void {
    this.#spent = [...this.#spent, this.clock.monotonic()].slice(-MOST_REMEMBERED);
  }
}

function rejection(code: string): BetfairLoginRejectedError {
  return new BetfairLoginRejectedError(code, actionFor(code));
}
