import { createHmac } from 'node:crypto';
import { findTextFault } from '../common/clean-text.js';
import type { Clock } from '../common/clock.js';
import { reasonOf } from '../common/abort-listener.js';
import { withDeadline } from '../common/deadline.js';
import { BetfairConfigurationError, BetfairIdentityUnavailableError } from '../errors/index.js';
import { wordlessCause } from '../errors/safe-cause.js';
import type {
  ClientCertificate,
  Jurisdiction,
} from '../options/betfair-session-options.interface.js';
import { loadClientCertificate } from '../identity/certificate/client-certificate.js';
import type { LoginSecrets } from '../identity/identity.client.js';

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
  /** Two-factor codes that Betfair refused since a person last looked. */
  readonly #refusedCodes = new Set<string>();

  constructor(
    private readonly sources: CredentialSources,
    private readonly clock: Clock,
  ) {}

  /** The credentials without the two-factor code, which is asked for only when a login is made. */
  async current(signal?: AbortSignal): Promise<LoginCredentials> {
    const { jurisdiction, username, certificate, applicationKey } = this.sources;
    const password = clean('password', await this.#ask('password', this.sources.password, signal));
    const secret = certificate
      ? (await loadClientCertificate(certificate, new Date())).secret
      : applicationKey;
    const fingerprint = createHmac('sha256', secret)
      .update(JSON.stringify([jurisdiction, username, password]))
      .digest('hex');
    return { password, fingerprint };
  }

  /**
   * Everything secret that the login sends: the password, and the two-factor code of this moment.
   *
   * @throws BetfairIdentityUnavailableError the function of the option gave no code, or one that was refused
   */
  async secretsToSend({ password }: LoginCredentials, signal?: AbortSignal): Promise<LoginSecrets> {
    const { twoFactorCode } = this.sources;
    if (twoFactorCode === undefined) return { password, twoFactorCode };
    const code = clean('twoFactorCode', await this.#ask('twoFactorCode', twoFactorCode, signal));
    if (!this.#refusedCodes.has(code)) return { password, twoFactorCode: code };
    throw new BetfairIdentityUnavailableError(
      'The function of the option "twoFactorCode" returned the code that Betfair has refused; it was not sent again. It must return the code of the moment.',
    );
  }

  /** Takes note that Betfair refused the two-factor code. */
  refuseCode({ twoFactorCode }: LoginSecrets): void {
    if (twoFactorCode !== undefined) this.#refusedCodes.add(twoFactorCode);
  }

  /** Lets codes that were refused be sent again. */
  forgetRefusedCodes(): void {
    this.#refusedCodes.clear();
  }

  async #ask(
    option: string,
    source: string | (() => string | Promise<string>),
    signal?: AbortSignal,
  ): Promise<string> {
    if (typeof source === 'string') return source;
    const { requestTimeout } = this.sources;
    const late = new BetfairIdentityUnavailableError(
      `The function of the option "${option}" gave no answer within ${requestTimeout} ms.`,
    );
    try {
      const text: unknown = await withDeadline(
        this.clock,
        requestTimeout,
        async () => source(),
        () => late,
        signal,
      );
      if (typeof text === 'string' && text !== '') return text;
    } catch (error) {
      if (signal?.aborted) throw reasonOf(signal);
      // Not any error of its class: the function may have thrown one that it made itself, with the secret in it.
      if (error === late) throw late;
      // Not attached as it is: the error of a secret manager may quote the secret.
      throw new BetfairIdentityUnavailableError(`The function of the option "${option}" failed.`, {
        cause: wordlessCause(error),
      });
    }
    throw new BetfairIdentityUnavailableError(
      `The function of the option "${option}" returned no text. It must return a non-empty string.`,
    );
  }
}

/** @throws BetfairConfigurationError there is something around the text, so that Betfair would count it as wrong */
function clean(option: string, text: string): string {
  const fault = findTextFault(`${option} (returned by its function)`, text);
  if (fault !== undefined) throw new BetfairConfigurationError(fault);
  return text;
}
