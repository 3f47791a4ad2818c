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
  /** The password, or a function that is called at every login (secret managers, rotation). */
  readonly password: string | (() => string | Promise<string>);
  /** The Betfair application key, sent as `X-Application`. */
  readonly applicationKey: string;
  /**
   * Betfair site on which the account is registered.
   *
   * @default 'global'
   */
  readonly jurisdiction?: Jurisdiction | undefined;
  /** Addresses that replace those of the jurisdiction. */
  readonly endpoints?: BetfairEndpoints | undefined;
  /**
   * Certificate authorities, PEM, which are trusted in addition to the usual ones at Betfair's hosts or `endpoints`.
   * Certificates are checked in any case.
   */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /**
   * Milliseconds that a session lives without keepAlive; at least 300,000 (5 minutes).
   *
   * @default 20 minutes for Italy and Spain, 12 hours elsewhere
   */
  readonly sessionLifetime?: number | undefined;
  /**
   * Store of the token: a URL, such as `file:./dir`, `s3://bucket` or `redis://host`, or an object.
   *
   * @default 'file:./session-data'
   */
  readonly storage?: string | SessionStorage | undefined;
  /**
   * Name of the stored object: `[A-Za-z0-9._/-]+` without `..`, not ending in `.lease`, and not the default name of
   * another account. Set it to `'session.token'` to share a session with the Go library `betfair-session`.
   *
   * @default `session-<first 16 hex digits of SHA-256(jurisdiction + "\n" + username)>.token`
   */
  readonly sessionKey?: string | undefined;
  /**
   * Behaviour if the store fails.
   *
   * @default 'required'
   */
  readonly persistence?: Persistence | undefined;
  /**
   * Keeps the session alive also while the application is idle: every half lifetime, or every `interval` milliseconds,
   * at least 60,000 (1 minute) and at most 0.9 of the lifetime.
   *
   * @default false
   */
  readonly keepAlive?:
    | boolean
    | {
        /** Milliseconds. Each wait is 80 to 100 % of it, so that processes do not call Betfair at the same time. */
        readonly interval: number;
      }
    | undefined;
  /**
   * Milliseconds for one request to the identity service; at least 100. An operation of the store may take as long, but
   * at most a fifth of `renewalTimeout - requestTimeout`, so that a store that hangs leaves time to log in.
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
  /**
   * Reports metrics and spans to OpenTelemetry, if `@opentelemetry/api` is installed; `false` switches it off.
   *
   * @default true
   */
  readonly telemetry?: boolean | undefined;
}

/** Login with a client certificate, which Betfair recommends for bots. */
export interface CertificateLoginOptions extends CommonSessionOptions {
  /** Kind of login. @default 'certificate' */
  readonly login?: 'certificate' | undefined;
  /**
   * The certificate whose public part was uploaded to the account. An expired one is refused at start-up. A function is
   * called at every login, after `password`; while logins are refused, at most once in `requestTimeout` plus 5 seconds.
   * It is not called at start-up: if its result is faulty, the login fails with `BETFAIR_CONFIGURATION`.
   */
  readonly certificate: ClientCertificate | CertificateFunction;
  /** Not used with a certificate. */
  readonly twoFactorCode?: undefined;
}

/** Login with user name and password only. */
export interface InteractiveLoginOptions extends CommonSessionOptions {
  /** States that there is no certificate on purpose. */
  readonly login: 'interactive';
  /** Not used without a certificate. */
  readonly certificate?: undefined;
  /** Function that is called at every login of an account with two-factor authentication. */
  readonly twoFactorCode?: (() => string | Promise<string>) | undefined;
}

/** Options of `BetfairSessionModule.forRoot()` and of the factory of `forRootAsync()`. */
export type BetfairSessionOptions = CertificateLoginOptions | InteractiveLoginOptions;
