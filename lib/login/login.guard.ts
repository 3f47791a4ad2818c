import { createHash } from 'node:crypto';
import os from 'node:os';
import type { Clock } from '../common/clock.js';
import {
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionError,
} from '../errors/index.js';
import type { LoginReply } from '../identity/identity-reply.js';
import { LoginBudget } from './login.budget.js';
import type { News } from './login.lease.js';
import { type LoginFacts, NOTHING_KNOWN } from './login.record.js';
import { withoutThese, withPlace, withRefusal } from './login.facts.js';
import { RecordedEnd } from './recorded.end.js';
import { BANNED, BUDGET_SPENT, refusedHere, rejection, STALE_CODE } from './refusal.messages.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Betfair's temporary ban, from the refusal that reports it. */
const BAN_MS = 20 * MINUTE;
/** Longest time for which a ban that another process reports is believed. */
const LONGEST_BAN_MS = 25 * MINUTE;
/** Time for which a refusal of the place binds the host that got it. */
const PLACE_MS = 15 * MINUTE;
/** A two-factor code is the same for that long. */
const CODE_MS = 30 * SECOND;
/** Refused two-factor codes in a row after which a person must look. */
const MOST_STALE_CODES = 3;

/** Told when logins are held back, and when no more. */
export interface GuardEvents {
  publish(
    event:
      | { readonly type: 'loginBlocked'; readonly error: BetfairSessionError }
      | { readonly type: 'loginUnblocked' },
  ): void;
}

/**
 * Decides if a login may be attempted: not after a refusal until the credentials change, not where Betfair lets nobody
 * in, not during its ban, and not more often than the budget allows, whatever goes wrong.
 */
export class LoginGuard {
  readonly budget: LoginBudget;
  /** This host, in the record. */
  readonly #host = createHash('sha256').update(os.hostname()).digest('hex').slice(0, 16);
  /** The facts of the record, and those that it does not hold yet. */
  #facts: LoginFacts = NOTHING_KNOWN;
  /** A change that the record does not hold yet. */
  #pending: ((facts: LoginFacts) => LoginFacts) | undefined;
  /** The credentials that were looked at last. */
  #fingerprint = '';
  readonly #ban: RecordedEnd;
  readonly #place: RecordedEnd;
  readonly #staleCode: RecordedEnd;
  /** The reason why logins are held back, as the application was told it. */
  #announced: string | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly events: GuardEvents,
    /** Name of the record that processes share. */
    private readonly recordName: string,
  ) {
    this.budget = new LoginBudget(clock);
    this.#ban = new RecordedEnd(clock, LONGEST_BAN_MS);
    this.#place = new RecordedEnd(clock, PLACE_MS);
    this.#staleCode = new RecordedEnd(clock, CODE_MS);
  }

  /** @throws BetfairSessionError a login with these credentials may not be attempted now, here or by the whole fleet */
  assertAllowed(fingerprint: string): void {
    this.#fingerprint = fingerprint;
    const obstacle = this.#obstacle();
    this.announce(obstacle);
    if (obstacle) throw obstacle;
  }

  /** @throws BetfairLoginBlockedError this process has logged in too often */
  assertWithinBudget(): void {
    const error = this.#budgetSpent();
    this.announce(error);
    if (error) throw error;
  }

  /**
   * Takes note of how a login ended; {@link announce} tells the application, once the record does.
   *
   * @returns the token
   * @throws BetfairSessionError the login gave none
   */
  settle(reply: LoginReply, fingerprint: string): string {
    this.#fingerprint = fingerprint;
    switch (reply.type) {
      case 'loggedIn':
        this.budget.spend();
        this.forgetNews();
        this.learn(this.afterLogin(this.#facts));
        this.#announceUnblocked();
        return reply.token;
      case 'unclear':
        if (reply.mayHaveLoggedIn) this.budget.spend();
        throw reply.error;
      case 'banned': {
        const until = this.#ban.begin(BAN_MS);
        this.#note((facts) => ({ ...facts, ban: until }));
        throw this.#obstacle() ?? this.#blocked(BAN_MS, BANNED);
      }
      case 'refused':
        this.#noteRefusal(reply, fingerprint);
        throw this.#obstacle() ?? rejection(reply.code, this.recordName);
    }
  }

  /** Tells the application, once for each reason, that logins are held back from now on. */
  announce(error: unknown): void {
    const isObstacle =
      error instanceof BetfairLoginRejectedError || error instanceof BetfairLoginBlockedError;
    if (!isObstacle) return;
    const reason = error instanceof BetfairLoginRejectedError ? error.loginCode : error.code;
    if (this.#announced !== reason) this.events.publish({ type: 'loginBlocked', error });
    this.#announced = reason;
  }

  /** Takes over what the record says. What it says no more was lifted, by a person, by time or by a login. */
  learn(record: LoginFacts): void {
    this.#facts = this.#pending?.(record) ?? record;
    this.#ban.learn(this.#facts.ban);
    this.#place.learn(this.#facts.places[this.#host]?.until ?? null);
    this.#staleCode.learn(this.#facts.staleCodes?.until ?? null);
    if (this.blocked === undefined) this.#announceUnblocked();
  }

  /** Facts without what a login from here, with the credentials that were looked at last, has disproved. */
  afterLogin(facts: LoginFacts): LoginFacts {
    return withoutThese(facts, this.#fingerprint, this.#host);
  }

  /** Something against a login that the record does not say yet. */
  get news(): News | undefined {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    return {
      addTo: (record) => ({ ...record, ...pending(record) }),
      shared: (record) => {
        if (this.#pending === pending) this.#pending = undefined;
        this.learn(record);
      },
    };
  }

  /** Keeps to itself what the record does not say: there is none, a person lifts it, or somebody logged in since. */
  forgetNews(): void {
    this.#pending = undefined;
  }

  /** Takes over a record from which a person lifted everything. The budget stays: it keeps the account from a ban. */
  lift(record: LoginFacts): void {
    this.forgetNews();
    this.learn(record);
    this.#announceUnblocked();
  }

  /** Tells if logins are held back, and until when if that is known. */
  get blocked(): { readonly until?: Date } | undefined {
    const error = this.#obstacle() ?? this.#budgetSpent();
    if (error instanceof BetfairLoginBlockedError) return { until: error.until };
    if (error === undefined) return undefined;
    const isPlace = this.#facts.refusals[this.#fingerprint] === undefined;
    return isPlace ? { until: this.#in(this.#place.left) } : {};
  }

  #noteRefusal({ code, kind }: LoginReply & { type: 'refused' }, fingerprint: string): void {
    if (kind === 'place') {
      const until = this.#place.begin(PLACE_MS);
      this.#note((facts) => withPlace(facts, this.#host, { code, until }, this.clock.wall()));
      return;
    }
    const times = (this.#facts.staleCodes?.times ?? 0) + 1;
    if (kind === 'strongCode' && times < MOST_STALE_CODES) {
      const until = this.#staleCode.begin(CODE_MS);
      this.#note((facts) => ({ ...facts, staleCodes: { times, until } }));
      return;
    }
    this.#note((facts) => withRefusal(facts, fingerprint, code));
  }

  #note(change: (facts: LoginFacts) => LoginFacts): void {
    const before = this.#pending;
    this.#pending = before ? (facts) => change(before(facts)) : change;
    this.learn(this.#facts);
  }

  #obstacle(): BetfairLoginRejectedError | BetfairLoginBlockedError | undefined {
    const code = this.#facts.refusals[this.#fingerprint];
    if (code !== undefined) return rejection(code, this.recordName);
    const place = this.#facts.places[this.#host];
    if (place && this.#place.left > 0) return refusedHere(place.code, this.#in(this.#place.left));
    if (this.#staleCode.left > 0) return this.#blocked(this.#staleCode.left, STALE_CODE);
    return this.#ban.left > 0 ? this.#blocked(this.#ban.left, BANNED) : undefined;
  }

  #budgetSpent(): BetfairLoginBlockedError | undefined {
    const { wait } = this.budget;
    return wait > 0 ? this.#blocked(wait, BUDGET_SPENT) : undefined;
  }

  #announceUnblocked(): void {
    const wasAnnounced = this.#announced !== undefined;
    this.#announced = undefined;
    if (wasAnnounced) this.events.publish({ type: 'loginUnblocked' });
  }

  #blocked(ms: number, reason: string): BetfairLoginBlockedError {
    return new BetfairLoginBlockedError(reason, this.#in(ms));
  }

  #in(ms: number): Date {
    return new Date(this.clock.wall() + ms);
  }
}
