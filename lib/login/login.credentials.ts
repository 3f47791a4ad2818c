import { createHmac } from 'node:crypto';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { BetfairIdentityUnavailableError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type {
  ClientCertificate,
  Jurisdiction,
} from '../options/betfair-session-options.interface.js';
import { loadClientCertificate, privateKeyBytes } from '../identity/client-certificate.js';

/** What the credentials of an account are made from. */
export interface CredentialSources {
  readonly jurisdiction: Jurisdiction;
  readonly username: string;
  readonly password: string | (() => string | Promise<string>);
  readonly twoFactorCode: (() => string | Promise<string>) | undefined;
  readonly certificate: ClientCertificate | undefined;
  readonly applicationKey: string;
  readonly requestTimeout: number;
}

/** Everything that one login sends, as it is at that moment. */
export interface LoginCredentials {
  readonly password: string;
  /**
   * Tells credentials apart without giving anything away: HMAC-SHA-256 over jurisdiction, user name and password, keyed
   * by what only their holder has.
   */
  readonly fingerprint: string;
}

/** Asks for the credentials of this moment, so that a rotated password counts at the next login. */
export class CredentialProvider {
  /** Password and two-factor code that Betfair refused last. */
  #refused: string | undefined;

  constructor(
    private readonly sources: CredentialSources,
    private readonly clock: Clock,
  ) {}

  /** The credentials without the two-factor code, which is asked for only when a login is made. */
  async current(signal?: AbortSignal): Promise<LoginCredentials> {
    const { jurisdiction, username, certificate, applicationKey } = this.sources;
    const password = await this.#ask('password', this.sources.password, signal);
    const secret = certificate
      ? privateKeyBytes(await loadClientCertificate(certificate))
      : applicationKey;
    const fingerprint = createHmac('sha256', secret)
      .update(JSON.stringify([jurisdiction, username, password]))
      .digest('hex');
    return { password, fingerprint };
  }

  /**
   * The password as the login sends it: Betfair takes the two-factor code appended to it.
   *
   * @throws BetfairIdentityUnavailableError the function of the option gave no code, or one that was refused
   */
  async passwordToSend({ password }: LoginCredentials, signal?: AbortSignal): Promise<string> {
    const { twoFactorCode } = this.sources;
    if (twoFactorCode === undefined) return password;
    const text = password + (await this.#ask('twoFactorCode', twoFactorCode, signal));
    if (text !== this.#refused) return text;
    throw new BetfairIdentityUnavailableError(
      'The function of the option "twoFactorCode" returned the code that Betfair has refused; it was not sent again. It must return the code of the moment.',
    );
  }

  /** Takes note that Betfair refused the two-factor code. */
  refuse(passwordAndCode: string): void {
    this.#refused = passwordAndCode;
  }

  async #ask(
    option: string,
    source: string | (() => string | Promise<string>),
    signal?: AbortSignal,
  ): Promise<string> {
    if (typeof source === 'string') return source;
    const { requestTimeout } = this.sources;
    const timedOut = () =>
      new BetfairIdentityUnavailableError(
        `The function of the option "${option}" gave no answer within ${requestTimeout} ms.`,
      );
    try {
      const text: unknown = await withDeadline(
        this.clock,
        requestTimeout,
        async () => source(),
        timedOut,
        signal,
      );
      if (typeof text === 'string' && text !== '') return text;
    } catch (error) {
      if (error instanceof BetfairIdentityUnavailableError) throw error;
      // Not attached as it is: the error of a secret manager may quote the secret.
      throw new BetfairIdentityUnavailableError(`The function of the option "${option}" failed.`, {
        cause: safeCause(error),
      });
    }
    throw new BetfairIdentityUnavailableError(
      `The function of the option "${option}" returned no text. It must return a non-empty string.`,
    );
  }
}
