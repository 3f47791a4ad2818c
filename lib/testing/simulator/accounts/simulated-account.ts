import { X509Certificate } from 'node:crypto';
import type { Jurisdiction } from '../../../identity/jurisdiction.endpoints.js';
import type { PemPair } from '../../../identity/certificate/certificate.writer.js';

/** An account to start the simulator with. Everything has a default. */
export interface SimulatedAccountOptions {
  /** @default a name with characters that break a client that does not URL-encode its form */
  readonly username?: string | undefined;
  /** @default a password with such characters */
  readonly password?: string | undefined;
  /** @default 'SimulatedAppKey1' for the first account, then 'SimulatedAppKey2' … */
  readonly applicationKey?: string | undefined;
  /** Decides the lifetime of sessions. @default 'global' */
  readonly jurisdiction?: Jurisdiction | undefined;
  /**
   * Milliseconds that a session lives without keepAlive. `options()` hands them on, and the module takes 5 minutes or
   * more.
   *
   * @default 20 minutes for Italy and Spain, else 12 hours
   */
  readonly sessionLifetime?: number | undefined;
  /** Two-factor code that an interactive login must append to the password. @default none */
  readonly twoFactorCode?: string | undefined;
  /**
   * What every login with the right credentials answers, such as `'ACCOUNT_NOW_LOCKED'`. `'LIMITED_ACCESS'` still
   * carries a token.
   */
  readonly loginCode?: string | undefined;
  /** Gives every login the same token text. @default false */
  readonly sameToken?: boolean | undefined;
  /** The client certificate (PEM) that certlogin wants to see. @default one made for the account */
  readonly certificate?: PemPair | undefined;
}

const MINUTE_MS = 60_000;
const DEFAULT_USERNAME = 'Zoë+punter & co=100%';
const DEFAULT_PASSWORD = 'p&ss+wörd=50% /?#;€';

/** An account of a running simulator. What is changed here counts from the next request on. */
export class SimulatedAccount {
  /** The user name. */
  readonly username: string;
  /** Place where the account is registered. */
  readonly jurisdiction: Jurisdiction;
  /** The password that logins must send. */
  password: string;
  /** The application key that requests may send. */
  applicationKey: string;
  /** Milliseconds that a session lives without keepAlive; counts from its next login or keepAlive. */
  sessionLifetime: number;
  /** Two-factor code that an interactive login must append to the password; `undefined`: none. */
  twoFactorCode: string | undefined;
  /** Answer to every login with the right credentials; `undefined`: `SUCCESS`. */
  loginCode: string | undefined;
  /** Gives every login the same token text. */
  sameToken: boolean;
  /** The client certificate (PEM) that certlogin wants to see. */
  certificate: PemPair;
  /** Logins that created a session. */
  logins = 0;
  /** Tells whether the ban for too many logins was ever reached. */
  banned = false;

  /** @internal Made by `BetfairSimulator.start`. */
  constructor(options: SimulatedAccountOptions, index: number, certificate: PemPair) {
    const number = index + 1;
    this.username = options.username ?? `${DEFAULT_USERNAME}${index === 0 ? '' : ` ${number}`}`;
    this.password = options.password ?? DEFAULT_PASSWORD;
    this.applicationKey = options.applicationKey ?? `SimulatedAppKey${number}`;
    this.jurisdiction = options.jurisdiction ?? 'global';
    const short = this.jurisdiction === 'italy' || this.jurisdiction === 'spain';
    this.sessionLifetime =
      options.sessionLifetime ?? (short ? 20 * MINUTE_MS : 12 * 60 * MINUTE_MS);
    this.twoFactorCode = options.twoFactorCode;
    this.loginCode = options.loginCode;
    this.sameToken = options.sameToken ?? false;
    this.certificate = certificate;
  }

  /** @internal Why this login is refused, apart from the ban. */
  refusal(password: string, proof: LoginProof): string | undefined {
    const refusal =
      proof.kind === 'certificate'
        ? this.#certificateRefusal(password, proof.fingerprint)
        : this.#interactiveRefusal(password);
    // Of the codes that can be set, these two come with a session.
    const isHarmless = this.loginCode === 'SUCCESS' || this.loginCode === 'LIMITED_ACCESS';
    return refusal ?? (isHarmless ? undefined : this.loginCode);
  }

  #certificateRefusal(password: string, fingerprint: string): string | undefined {
    if (password !== this.password) return 'INVALID_USERNAME_OR_PASSWORD';
    const { fingerprint256 } = new X509Certificate(this.certificate.cert);
    return fingerprint === fingerprint256 ? undefined : 'CERT_AUTH_REQUIRED';
  }

  #interactiveRefusal(password: string): string | undefined {
    if (password === this.password + (this.twoFactorCode ?? '')) return undefined;
    if (password === this.password) return 'STRONG_AUTH_CODE_REQUIRED';
    const hasWrongCode = this.twoFactorCode !== undefined && password.startsWith(this.password);
    return hasWrongCode ? 'STRONG_CODE_FAIL' : 'INVALID_USERNAME_OR_PASSWORD';
  }
}

/** Proof of who logs in, beside user name and password. */
export type LoginProof =
  { readonly kind: 'certificate'; readonly fingerprint: string } | { readonly kind: 'interactive' };
