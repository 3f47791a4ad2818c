import type { Clock } from '../../common/clock.js';
import { BetfairLoginBlockedError, type BetfairLoginRejectedError } from '../../errors/index.js';
import type { LoginReply } from '../../identity/identity-reply.js';
import { BlockAnnouncements, type GuardEvents } from './block.announcements.js';
import { LoginBudget } from './login.budget.js';
import { BAN_MS, LoginKnowledge, MAX_REFUSALS_IN_A_ROW } from './login.knowledge.js';
import type { News } from '../lease/login.lease.js';
import type { LoginFacts } from '../lease/lease.record.js';
import {
  BANNED,
  BUDGET_SPENT,
  LOST_LOGINS,
  refusedHere,
  rejection,
  rejectionInARow,
  STALE_CODE,
} from './refusal.messages.js';

/**
 * Decides if a login may be attempted: not after a refusal until the credentials change, not from a refused location,
 * not during Betfair's ban, and never more often than the budget allows.
 */
export class LoginGuard {
  readonly budget: LoginBudget;
  readonly announcements: BlockAnnouncements;
  readonly #knowledge: LoginKnowledge;
  /** Fingerprint of the latest credentials. */
  #fingerprint = '';

  constructor(
    private readonly clock: Clock,
    events: GuardEvents,
    /** Names of the stored objects whose deletion lifts a refusal; `undefined`: nothing is stored. */
    private readonly deletion: string | undefined,
  ) {
    this.budget = new LoginBudget(clock);
    this.announcements = new BlockAnnouncements(events);
    this.#knowledge = new LoginKnowledge(clock);
  }

  /** @throws BetfairSessionError this process, or the whole fleet, may not log in with these credentials now */
  assertAllowed(fingerprint: string): void {
    this.#fingerprint = fingerprint;
    const obstacle = this.#obstacle();
    this.announcements.blocked(obstacle);
    if (obstacle) throw obstacle;
  }

  /**
   * Call it only if no other process is logging in.
   *
   * @throws BetfairLoginBlockedError this process has logged in too often, or too many logins of the fleet were lost
   */
  assertWithinBudget(): void {
    const error = this.#budgetSpent();
    this.announcements.blocked(error);
    if (error) throw error;
  }

  /**
   * Notes the outcome of a login. The caller publishes a refusal once it is in the record.
   *
   * @returns the token
   * @throws BetfairSessionError the login gave none
   */
  settle(reply: LoginReply, fingerprint: string): string {
    this.#fingerprint = fingerprint;
    switch (reply.type) {
      case 'loggedIn':
        this.budget.spend();
        this.#knowledge.noteLogin(fingerprint);
        this.announcements.unblocked();
        return reply.token;
      case 'unclear':
        if (reply.mayHaveLoggedIn) {
          this.budget.spend();
          this.#knowledge.noteLostLogin();
        }
        throw reply.error;
      case 'banned':
        this.#knowledge.noteBan();
        throw this.#obstacle() ?? this.#blocked(BAN_MS, BANNED);
      case 'refused':
        this.#knowledge.noteRefusal(reply.code, reply.kind, fingerprint);
        throw this.#obstacle() ?? rejection(reply.code, this.deletion);
    }
  }

  /** Takes over the facts of the record. */
  learn(record: LoginFacts): void {
    this.#knowledge.learn(record);
    if (this.blocked === undefined) this.announcements.unblocked();
  }

  /** Returns the facts of the record without those that a login from here disproves. */
  afterLogin(facts: LoginFacts): LoginFacts {
    return this.#knowledge.afterLogin(facts, this.#fingerprint);
  }

  /** Facts against a login that are not in the record yet. */
  get news(): News | undefined {
    return this.#knowledge.news;
  }

  /** Gives up writing these facts into the record; this process still knows them. */
  forgetNews(): void {
    this.#knowledge.forgetNews();
  }

  /** Takes over a record from which a person lifted everything. The budget stays, because it prevents a ban. */
  lift(record: LoginFacts): void {
    this.forgetNews();
    this.#knowledge.learn(record);
    this.announcements.unblocked();
  }

  /** Tells if logins are blocked, and until when if that is known. */
  get blocked(): { readonly until?: Date } | undefined {
    const error = this.trouble;
    if (error instanceof BetfairLoginBlockedError) return { until: error.until };
    const { place } = this.#knowledge;
    if (error && place && !this.#needsPerson()) return { until: this.#in(place.left) };
    return error && {};
  }

  /** Error of a login now, if logins are blocked. */
  get trouble(): BetfairLoginRejectedError | BetfairLoginBlockedError | undefined {
    return this.#obstacle() ?? this.#budgetSpent();
  }

  #obstacle(): BetfairLoginRejectedError | BetfairLoginBlockedError | undefined {
    const { ban, place, staleCode } = this.#knowledge;
    const refusal = this.#needsPerson();
    if (refusal) return refusal;
    if (place) return refusedHere(place.code, this.#in(place.left));
    if (staleCode.left > 0) return this.#blocked(staleCode.left, STALE_CODE);
    return ban.left > 0 ? this.#blocked(ban.left, BANNED) : undefined;
  }

  /** Returns the refusal of the latest credentials that only a person can lift. */
  #needsPerson(): BetfairLoginRejectedError | undefined {
    const { refusals, refusedInARow } = this.#knowledge.facts;
    const code = refusals[this.#fingerprint];
    if (code !== undefined) return rejection(code, this.deletion);
    const latest = Object.values(refusals).at(-1);
    return latest !== undefined && refusedInARow >= MAX_REFUSALS_IN_A_ROW
      ? rejectionInARow(latest, refusedInARow, this.deletion)
      : undefined;
  }

  #budgetSpent(): BetfairLoginBlockedError | undefined {
    const { wait } = this.budget;
    if (wait > 0) return this.#blocked(wait, BUDGET_SPENT);
    const { left } = this.#knowledge.lostLogins;
    return left > 0 ? this.#blocked(left, LOST_LOGINS) : undefined;
  }

  #blocked(ms: number, reason: string): BetfairLoginBlockedError {
    return new BetfairLoginBlockedError(reason, this.#in(ms));
  }

  #in(ms: number): Date {
    return new Date(this.clock.wall() + ms);
  }
}
