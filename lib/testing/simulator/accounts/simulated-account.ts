import { X509Certificate } from 'node:crypto';
import type { Jurisdiction } from '../../../identity/jurisdiction.endpoints.js';
import type { PemPair } from '../../../identity/certificate/certificate.writer.js';

/** An account to start the simulator with. Everything has a default. */
export interface SimulatedAccountOptions {
  /** User name. @default one with characters that a client must URL-encode */
  readonly username?: string | undefined;
  /** Password. @default one with characters that a client must URL-encode */
  readonly password?: string | undefined;
  /** Application key. @default `'SimulatedAppKey1'`, `'SimulatedAppKey2'` and so on, in their order */
  readonly applicationKey?: string | undefined;
  /** Jurisdiction, which decides the lifetime of sessions. @default 'global' */
  readonly jurisdiction?: Jurisdiction | undefined;
  /**
   * Milliseconds that a session lives without keepAlive. `options()` passes them to the module, which requires at least
   * 5 minutes.
   *
   * @default 20 minutes for Italy and Spain, else 12 hours
   */
  readonly sessionLifetime?: number | undefined;
  /** Two-factor code that an interactive login must append to the password. @default none */
  readonly twoFactorCode?: string | undefined;
  /** Answer to logins with the right credentials, such as `'ACCOUNT_NOW_LOCKED'`. `'LIMITED_ACCESS'` gives a token. */
  readonly loginCode?: string | undefined;
  /** Gives every login the same token text. @default false */
  readonly sameToken?: boolean | undefined;
  /** Client certificate (PEM) that certlogin requires. @default one made for the account */
  readonly certificate?: PemPair | undefined;
}

const MINUTE_MS = 60_000;
const DEFAULT_USERNAME = 'Zoë+punter & co=100%';
const DEFAULT_PASSWORD = 'p&ss+wörd=50% /?#;€';

/** An account of a running simulator. Changes apply from the next request. */
export class SimulatedAccount {
  /** The user name. */
  readonly username: string;
  /** Jurisdiction of the account. */
  readonly jurisdiction: Jurisdiction;
  /** The password that logins must send. */
  password: string;
  /** The application key that requests may send. */
  applicationKey: string;
  /** Milliseconds that a session lives without keepAlive. A change applies from its next login or keepAlive. */
  sessionLifetime: number;
  /** Two-factor code that an interactive login must append to the password, if any. */
  twoFactorCode: string | undefined;
  /** Answer to every login with the right credentials; `undefined` means `SUCCESS`. */
  loginCode: string | undefined;
  /** Gives every login the same token text. */
  sameToken: boolean;
  /** Client certificate (PEM) that certlogin requires. */
  certificate: PemPair;
  /** Number of logins that created a session. */
  logins = 0;
  /** True if the account was ever banned for too many logins. */
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

  /** @internal Returns the code that refuses this login, if any. Bans are checked elsewhere. */
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

/** Proof of a login beside user name and password. */
export type LoginProof =
  { readonly kind: 'certificate'; readonly fingerprint: string } | { readonly kind: 'interactive' };
