import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../common/clock.js';
import { BetfairConfigurationError } from '../../../errors/index.js';
import type { LoginProof, SimulatedAccount } from './simulated-account.js';

/** Outcome of a login attempt: a token if there is a session. */
export interface LoginOutcome {
  /** `SUCCESS`, `LIMITED_ACCESS` or the code of the refusal. */
  readonly code: string;
  readonly token?: string | undefined;
}

/** Credentials of a login, and the address that it comes from. */
export interface LoginRequest {
  readonly username: string;
  readonly password: string;
  /** IP address that it came from. */
  readonly address: string;
}

interface Session {
  readonly account: SimulatedAccount;
  /** IP address of its login. */
  readonly address: string;
  expiresAt: number;
  ended: boolean;
}

const MAX_LOGINS_PER_MINUTE = 100;
const MINUTE_MS = 60_000;
const BAN_MS = 20 * MINUTE_MS;

/** The accounts of a simulator, their sessions and the rule against too many logins. */
export class SimulatedAccounts {
  /** Sessions by token. Dead ones stay, so that the record of requests recognises their tokens. */
  readonly #sessions = new Map<string, Session>();
  readonly #accounts: ReadonlyMap<string, SimulatedAccount>;
  readonly #lastToken = new Map<SimulatedAccount, string>();
  readonly #recentLogins = new Map<SimulatedAccount, number[]>();
  readonly #bannedUntil = new Map<SimulatedAccount, number>();

  constructor(
    readonly all: readonly SimulatedAccount[],
    private readonly clock: Pick<Clock, 'wall'>,
    private readonly limits: { readonly boundToAddress: boolean },
  ) {
    this.#accounts = new Map(all.map((account) => [account.username, account]));
    if (all.length === 0) throw new BetfairConfigurationError('The simulator needs an account.');
    if (this.#accounts.size < all.length) {
      throw new BetfairConfigurationError('Two simulated accounts have the same username.');
    }
  }

  /** Finds the account of that name, by default the first one. */
  get(username?: string): SimulatedAccount {
    const account = username === undefined ? this.all[0] : this.#accounts.get(username);
    if (account) return account;
    const known = [...this.#accounts.keys()].map((name) => `"${name}"`).join(', ');
    throw new BetfairConfigurationError(
      `The simulator has no account "${username}". It was started with ${known}.`,
    );
  }

  has(username: string): boolean {
    return this.#accounts.has(username);
  }

  /** Tells if any account has this application key: a session works with every key. */
  knowsApplicationKey(key: string): boolean {
    return this.all.some((account) => account.applicationKey === key);
  }

  login({ username, password, address }: LoginRequest, proof: LoginProof): LoginOutcome {
    const account = this.#accounts.get(username);
    if (!account) return { code: 'INVALID_USERNAME_OR_PASSWORD' };
    const refusal = account.refusal(password, proof);
    if (refusal !== undefined) return { code: refusal };
    if (this.#isBanned(account)) return { code: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' };

    const now = this.clock.wall();
    const token = (account.sameToken && this.#lastToken.get(account)) || randomToken();
    this.#lastToken.set(account, token);
    const expiresAt = now + account.sessionLifetime;
    this.#sessions.set(token, { account, address, expiresAt, ended: false });
    this.#recentLogins.set(account, [...this.#recent(account), now]);
    account.logins += 1;
    return { code: account.loginCode ?? 'SUCCESS', token };
  }

  /** Restarts the lifetime of a live session. */
  keepAlive(token: string, address: string): SimulatedAccount | undefined {
    const session = this.#used(token, address);
    if (session) session.expiresAt = this.clock.wall() + session.account.sessionLifetime;
    return session?.account;
  }

  logout(token: string, address: string): SimulatedAccount | undefined {
    const session = this.#used(token, address);
    if (session) session.ended = true;
    return session?.account;
  }

  /** Finds the account of a live session that is used from `address`. */
  holder(token: string, address: string): SimulatedAccount | undefined {
    return this.#used(token, address)?.account;
  }

  /** Finds the account of a token, dead or alive. */
  ownerOf(token: string): SimulatedAccount | undefined {
    return this.#sessions.get(token)?.account;
  }

  endSessions(username?: string): void {
    const account = username === undefined ? undefined : this.get(username);
    for (const session of this.#sessions.values()) {
      if (!account || session.account === account) session.ended = true;
    }
  }

  /** Tokens of the account's live sessions, oldest first. */
  liveTokens(account: SimulatedAccount): readonly string[] {
    return [...this.#sessions.keys()].filter((token) => this.#live(token)?.account === account);
  }

  /** Finds a live session. If sessions are bound to an address, use from another one ends it. */
  #used(token: string, address: string): Session | undefined {
    const session = this.#live(token);
    if (session && this.limits.boundToAddress && address !== session.address) session.ended = true;
    return session?.ended ? undefined : session;
  }

  #live(token: string): Session | undefined {
    const session = this.#sessions.get(token);
    return session && !session.ended && this.clock.wall() < session.expiresAt ? session : undefined;
  }

  #recent(account: SimulatedAccount): readonly number[] {
    const since = this.clock.wall() - MINUTE_MS;
    return (this.#recentLogins.get(account) ?? []).filter((at) => at > since);
  }

  #isBanned(account: SimulatedAccount): boolean {
    const now = this.clock.wall();
    if (now < (this.#bannedUntil.get(account) ?? 0)) return true;
    if (this.#recent(account).length < MAX_LOGINS_PER_MINUTE) return false;
    this.#bannedUntil.set(account, now + BAN_MS);
    account.banned = true;
    return true;
  }
}

/** Makes 44 characters of base64 with `=` and `+` or `/`, so that a client that URL-encodes them fails. */
export function randomToken(): string {
  for (;;) {
    const token = randomBytes(32).toString('base64');
    if (/[+/]/.test(token)) return token;
  }
}
