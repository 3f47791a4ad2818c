import type { Clock } from '../common/clock.js';
import {
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionError,
} from '../errors/index.js';
import type { LoginReply } from '../identity/identity-reply.js';
import { classifyLoginCode } from '../identity/login-codes.js';
import type { LeaseRecord } from '../storage/lease.record.js';
import type { SessionPublisher } from './session.publisher.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Betfair's temporary ban, from the refusal that reports it. */
const BAN = 20 * MINUTE;
/** What a ban that another process reports counts at the most. */
const LONGEST_BAN = 25 * MINUTE;
/** Most logins in a minute. Betfair bans at 100 and writes to users who log in too often below that. */
const MINUTELY = 5;
/** Most logins at a stretch; each comes back after a while, so that a long outage is not followed by a long wait. */
const STRETCH = { logins: 20, comesBackIn: 3 * MINUTE };
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
  /** Betfair's code by the fingerprint of the credentials that it refused. */
  #refusals: Readonly<Record<string, string>> = {};
  /** The credentials that were looked at last. */
  #fingerprint = '';
  /** Monotonic: a wall clock that is set must neither prolong nor end it. */
  #bannedUntil = -Infinity;
  /** The end of the ban as the record has it, which is converted once. */
  #recordedBan: number | null = null;
  /** Monotonic times of the latest logins that succeeded or may have. */
  #spent: readonly number[] = [];
  /** Monotonic time at which all of a stretch will have come back. */
  #restored = -Infinity;

  /** Whether something is known here that could not be written to the record that processes share. */
  #unshared = false;
  /** Whether the application was told that logins are held back. */
  #announced = false;

  constructor(
    private readonly clock: Clock,
    private readonly publisher: SessionPublisher,
    /** Name of the record that processes share. */
    private readonly recordName: string,
  ) {}

  /** @throws BetfairSessionError a login with these credentials may not be attempted now */
  assertOpen(fingerprint: string): void {
    this.#fingerprint = fingerprint;
    const obstacle = this.#rejection() ?? this.#holdBack();
    if (obstacle) throw this.#block(obstacle);
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
        if (reply.mayHaveLoggedIn) this.#spend();
        throw reply.error;
      case 'refused':
        this.#refusals = { ...this.#refusals, [fingerprint]: reply.code };
        break;
      case 'banned':
        this.#bannedUntil = this.clock.monotonic() + BAN;
        break;
    }
    this.#fingerprint = fingerprint;
    this.#unshared = true;
    throw this.#block(this.#rejection() ?? this.#blocked(BAN, BANNED));
  }

  /** Takes note of a login that was cut off: it may have succeeded. */
  lost(): void {
    this.#spend();
  }

  /** Takes over what the record says. What it says no more was lifted by an operator. */
  learn({ refusals, ban }: LeaseRecord): void {
    this.#refusals = this.#unshared ? { ...refusals, ...this.#refusals } : refusals;
    if (ban === null && !this.#unshared) this.#bannedUntil = -Infinity;
    if (ban !== null && ban !== this.#recordedBan) {
      // Clamped: neither a clock that is off nor an edit by hand may hold logins back for longer.
      const left = Math.min(ban - this.clock.wall(), LONGEST_BAN);
      this.#bannedUntil = Math.max(this.#bannedUntil, this.clock.monotonic() + left);
    }
    this.#recordedBan = ban;
  }

  /** The record with what is known here added to it. */
  addTo(record: LeaseRecord): LeaseRecord {
    const refusals = Object.entries({ ...record.refusals, ...this.#refusals });
    const left = this.#bannedUntil - this.clock.monotonic();
    return {
      ...record,
      refusals: Object.fromEntries(refusals.slice(-MOST_REMEMBERED)),
      ban: left > 0 ? Math.round(this.clock.wall() + left) : record.ban,
    };
  }

  /** Called once the record holds what is known here. */
  markShared({ ban }: LeaseRecord): void {
    this.#unshared = false;
    this.#recordedBan = ban;
  }

  /** Whether logins are held back, and until when where that is known. */
  get blocked(): { readonly until?: Date } | undefined {
    if (this.#rejection()) return {};
    const held = this.#holdBack();
    return held && { until: held.until };
  }

  /** Lifts a refusal and a ban, by order of the operator. The budget stays: it keeps the account from being banned. */
  unblock(): void {
    this.#refusals = {};
    this.#bannedUntil = -Infinity;
    this.#unshared = false;
    if (this.#announced) this.publisher.publish({ type: 'loginUnblocked' });
    this.#announced = false;
  }

  #rejection(): BetfairLoginRejectedError | undefined {
    const code = this.#refusals[this.#fingerprint];
    if (code === undefined) return undefined;
    const lifting = `New credentials lift this at once; with the same ones call unblockLogin(), or delete "${this.recordName}" from the store.`;
    return new BetfairLoginRejectedError(code, `${classifyLoginCode(code).action} ${lifting}`);
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
    const oldest = this.#spent.at(-MINUTELY) ?? -Infinity;
    const nextOfStretch = this.#restored - (STRETCH.logins - 1) * STRETCH.comesBackIn;
    return Math.max(0, oldest + MINUTE - now, nextOfStretch - now);
  }

  #spend(): void {
    const now = this.clock.monotonic();
    this.#spent = [...this.#spent, now].slice(-MINUTELY);
    this.#restored = Math.max(this.#restored, now) + STRETCH.comesBackIn;
  }
}
