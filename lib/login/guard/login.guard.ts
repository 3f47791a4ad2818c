import type { Clock } from '../../common/clock.js';
import { BetfairLoginBlockedError, type BetfairLoginRejectedError } from '../../errors/index.js';
import type { LoginReply } from '../../identity/identity-reply.js';
import { BlockAnnouncements, type GuardEvents } from './block.announcements.js';
import { LoginBudget } from './login.budget.js';
import { BAN_MS, LoginKnowledge, MOST_REFUSALS_IN_A_ROW } from './login.knowledge.js';
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
 * Decides if a login may be attempted: not after a refusal until the credentials change, not where Betfair lets nobody
 * in, not during its ban, and not more often than the budget allows, whatever goes wrong.
 */
export class LoginGuard {
  readonly budget: LoginBudget;
  readonly announcements: BlockAnnouncements;
  readonly #knowledge: LoginKnowledge;
  /** The credentials that were looked at last. */
  #fingerprint = '';

  constructor(
    private readonly clock: Clock,
    events: GuardEvents,
    /** Names the stored objects whose deletion lifts what is known; `undefined`: nothing is stored. */
    private readonly deletion: string | undefined,
  ) {
    this.budget = new LoginBudget(clock);
    this.announcements = new BlockAnnouncements(events);
    this.#knowledge = new LoginKnowledge(clock);
  }

  /** @throws BetfairSessionError a login with these credentials may not be attempted now, here or by the whole fleet */
  assertAllowed(fingerprint: string): void {
    this.#fingerprint = fingerprint;
    const obstacle = this.#obstacle();
    this.announcements.blocked(obstacle);
    if (obstacle) throw obstacle;
  }

  /**
   * Asked if nobody else logs in now.
   *
   * @throws BetfairLoginBlockedError this process has logged in too often, or too many logins of the fleet were lost
   */
  assertWithinBudget(): void {
    const error = this.#budgetSpent();
    this.announcements.blocked(error);
    if (error) throw error;
  }

  /**
   * Takes note of how a login ended. Whoever calls it tells the application, once the record does.
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

  /** Takes over what the record says. */
  learn(record: LoginFacts): void {
    this.#knowledge.learn(record);
    if (this.blocked === undefined) this.announcements.unblocked();
  }

  /** The facts of the record after a login from here with the credentials that were looked at last. */
  afterLogin(facts: LoginFacts): LoginFacts {
    return this.#knowledge.afterLogin(facts, this.#fingerprint);
  }

  /** Something against a login that the record does not say yet. */
  get news(): News | undefined {
    return this.#knowledge.news;
  }

  /** Keeps to itself what the record does not say yet. */
  forgetNews(): void {
    this.#knowledge.forgetNews();
  }

  /** Takes over a record from which a person lifted everything. The budget stays: it keeps the account from a ban. */
  lift(record: LoginFacts): void {
    this.forgetNews();
    this.#knowledge.learn(record);
    this.announcements.unblocked();
  }

  /** Tells if logins are held back, and until when if that is known. */
  get blocked(): { readonly until?: Date } | undefined {
    const error = this.#obstacle() ?? this.#budgetSpent();
    if (error instanceof BetfairLoginBlockedError) return { until: error.until };
    const { place } = this.#knowledge;
    if (error && place && !this.#needsPerson()) return { until: this.#in(place.left) };
    return error && {};
  }

  #obstacle(): BetfairLoginRejectedError | BetfairLoginBlockedError | undefined {
    const { ban, place, staleCode } = this.#knowledge;
    const refusal = this.#needsPerson();
    if (refusal) return refusal;
    if (place) return refusedHere(place.code, this.#in(place.left));
    if (staleCode.left > 0) return this.#blocked(staleCode.left, STALE_CODE);
    return ban.left > 0 ? this.#blocked(ban.left, BANNED) : undefined;
  }

  /** Returns the refusal of the credentials that were looked at last, which does not end. */
  #needsPerson(): BetfairLoginRejectedError | undefined {
    const { refusals, refusedInARow } = this.#knowledge.facts;
    const code = refusals[this.#fingerprint];
    if (code !== undefined) return rejection(code, this.deletion);
    const latest = Object.values(refusals).at(-1);
    return latest !== undefined && refusedInARow >= MOST_REFUSALS_IN_A_ROW
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
