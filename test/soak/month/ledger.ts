import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import type { SoakService } from '../soak.process.js';
import { Tally } from '../report.js';

/** What happened to the sessions of one account, and the logins that it called for. */
class AccountLedger {
  readonly causes = new Tally();
  /** Logins that were called for: exactly as many must be made. */
  warranted = 0;
  /** The session that the account uses. */
  current: string | undefined;

  /** The session is gone for this reason, so that a login is called for; once, however often it is said. */
  lose(cause: string): void {
    if (this.current === undefined) return;
    this.current = undefined;
    this.warrant(cause);
  }

  warrant(cause: string): void {
    this.causes.add(cause);
    this.warranted += 1;
  }
}

/** Keeps, by what is injected and by what lives at Betfair, an account of how many logins there must be. */
export class Ledger {
  /** Who logged in although it had a session. */
  readonly needless: string[] = [];
  readonly #accounts: ReadonlyMap<string, AccountLedger>;

  constructor(
    private readonly simulator: BetfairSimulator,
    readonly usernames: readonly string[],
  ) {
    this.#accounts = new Map(usernames.map((name) => [name, new AccountLedger()]));
    for (const account of this.#accounts.values()) account.warrant('first start');
  }

  of(username: string): AccountLedger {
    const account = this.#accounts.get(username);
    if (account === undefined) throw new Error(`There is no account ${username}.`);
    return account;
  }

  /** Follows what the service is given. `isBlind`: it cannot see what is stored, and may log in all the same. */
  watch({ username, sessions }: SoakService, isBlind: () => boolean): void {
    const account = this.of(username);
    sessions.events$.subscribe(({ type }) => {
      if (type !== 'loggedIn' || account.current === undefined) return;
      if (isBlind()) account.lose('store not readable');
      else this.needless.push(username);
    });
    sessions.session$.subscribe(({ token }) => {
      account.current = token;
    });
  }

  /** Notes sessions that expired because nothing could keep them alive. */
  noteExpired(): void {
    for (const username of this.usernames) this.noteEnd(username, 'expired');
  }

  /** Notes that the session of an account is over, if it is. */
  noteEnd(username: string, cause: string): void {
    const account = this.of(username);
    const live = this.simulator.liveTokens(username);
    if (account.current && !live.includes(account.current)) account.lose(cause);
  }

  /** By account: the logins that were called for. */
  get warranted(): Record<string, number> {
    return this.#byAccount((username) => this.of(username).warranted);
  }

  /** By account: the logins that were made. */
  get logins(): Record<string, number> {
    return this.#byAccount((username) => this.simulator.account(username).logins);
  }

  /** By account: what called for its logins. */
  get causes(): Record<string, string> {
    const causes = this.usernames.map((username) => [
      `logins that ${username} needed`,
      String(this.of(username).causes),
    ]);
    return Object.fromEntries(causes);
  }

  #byAccount<T>(value: (username: string) => T): Record<string, T> {
    return Object.fromEntries(this.usernames.map((username) => [username, value(username)]));
  }
}
