import type { Persistence } from '../storage/contract/persistence.js';
import type {
  ClientCertificate,
  CertificateFunction,
} from '../identity/certificate/certificate.options.js';
import type { Jurisdiction, BetfairEndpoints } from '../identity/jurisdiction.endpoints.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';

/** Options of every kind of login. */
export interface CommonSessionOptions {
  /** The Betfair user name. */
  readonly username: string;
  /** The password, or a function that is asked at every login (secret managers, rotation). */
  readonly password: string | (() => string | Promise<string>);
  /** The Betfair application key, sent as `X-Application`. */
  readonly applicationKey: string;
  /**
   * Where the account is registered.
   *
   * @default 'global'
   */
  readonly jurisdiction?: Jurisdiction | undefined;
  /** Addresses that replace those of the jurisdiction. */
  readonly endpoints?: BetfairEndpoints | undefined;
  /** Additional trusted certificate authorities (PEM) for these URLs. Certificates are checked in any case. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /**
   * Milliseconds that a session lives without keep-alive; at least 300,000 (5 minutes).
   *
   * @default 20 minutes for Italy and Spain, 12 hours elsewhere
   */
  readonly sessionLifetime?: number | undefined;
  /**
   * Where the token is kept: a URL (`file:./dir`, `file:///abs/dir`, `mem://`) or a store.
   *
   * @default 'file:./session-data'
   */
  readonly storage?: string | SessionStorage | undefined;
  /**
   * Name of the stored object: `[A-Za-z0-9._/-]+` without `..`, not ending in `.lease`, and not what another account has
   * by default. Set it to `'session.token'` to share a session with the Go library `betfair-session`.
   *
   * @default `session-<first 16 hex digits of SHA-256(jurisdiction + "\n" + username)>.token`
   */
  readonly sessionKey?: string | undefined;
  /**
   * What happens when the store fails.
   *
   * @default 'required'
   */
  readonly persistence?: Persistence | undefined;
  /**
   * Keeps the session alive also while the application is idle: every half lifetime, or every `interval` milliseconds.
   *
   * @default false
   */
  readonly keepAlive?:
    | boolean
    | {
        /**
         * Milliseconds; at least 60,000 (1 minute) and at most 0.9 of the lifetime of the session. Each wait is 80 to
         * 100 % of it, so that processes do not ask Betfair in step.
         */
        readonly interval: number;
      }
    | undefined;
  /**
   * Milliseconds for one request to the identity service; at least 100. One operation of the store may take as long, but
   * no longer than a fifth of what `renewalTimeout` is longer, so that one that hangs leaves the time to log in.
   *
   * @default 10_000
   */
  readonly requestTimeout?: number | undefined;
  /**
   * Milliseconds for a whole renewal; at least `requestTimeout` plus 5,000.
   *
   * @default 60_000
   */
  readonly renewalTimeout?: number | undefined;
}

/** Login with a client certificate: what Betfair recommends for bots. */
export interface CertificateLoginOptions extends CommonSessionOptions {
  /** @default 'certificate' */
  readonly login?: 'certificate' | undefined;
  /**
   * The certificate whose public part was uploaded to the account. An expired one is refused at start-up. A function is
   * asked at every login, after the one of `password`, and while logins are refused at most once in `requestTimeout` plus
   * 5 seconds. It is not asked at start-up; a fault in what it returns fails the login with `BETFAIR_CONFIGURATION`.
   */
  readonly certificate: ClientCertificate | CertificateFunction;
  /** Not used with a certificate. */
  readonly twoFactorCode?: undefined;
}

/** Login with user name and password only. */
export interface InteractiveLoginOptions extends CommonSessionOptions {
  /** Says that no certificate is meant. */
  readonly login: 'interactive';
  /** Not used without one. */
  readonly certificate?: undefined;
  /** Asked at every login for accounts with two-factor authentication. */
  readonly twoFactorCode?: (() => string | Promise<string>) | undefined;
}

/** Options of `BetfairSessionModule.forRoot()` and of the factory of `forRootAsync()`. */
export type BetfairSessionOptions = CertificateLoginOptions | InteractiveLoginOptions;
