import { createHmac } from 'node:crypto';
import { findTextFault } from '../../common/clean-text.js';
import type { Clock } from '../../common/clock.js';
import { BetfairConfigurationError, BetfairIdentityUnavailableError } from '../../errors/index.js';
import type { CertificateContent } from '../../identity/certificate/certificate.content.js';
import type { LoginSecrets } from '../../identity/identity.client.js';
import type {
  CertificateFunction,
  ClientCertificate,
} from '../../identity/certificate/certificate.options.js';
import type { Jurisdiction } from '../../identity/jurisdiction.endpoints.js';
import { askFunction } from './option.function.js';
import { LoginCertificate } from './login.certificate.js';

/** Options that the credentials of an account are made from. */
export interface CredentialSources {
  readonly jurisdiction: Jurisdiction;
  readonly username: string;
  readonly password: string | (() => string | Promise<string>);
  readonly twoFactorCode: (() => string | Promise<string>) | undefined;
  readonly certificate: ClientCertificate | CertificateFunction | undefined;
  readonly applicationKey: string;
  readonly requestTimeout: number;
}

/** Everything that one login sends, as it is at that moment. */
export interface LoginCredentials {
  readonly password: string;
  readonly certificate: CertificateContent | undefined;
  /**
   * Tells credentials apart without giving anything away: HMAC-SHA-256 over jurisdiction, user name and password, keyed
   * by what only their holder has.
   */
  readonly fingerprint: string;
}

/** Asks for the credentials of this moment, so that a rotated password counts at the next login. */
export class CredentialProvider {
  readonly #certificate: LoginCertificate | undefined;
  /** Two-factor codes that Betfair refused since a person last looked. */
  readonly #refusedCodes = new Set<string>();

  constructor(
    private readonly sources: CredentialSources,
    private readonly clock: Clock,
  ) {
    const { certificate, requestTimeout } = sources;
    this.#certificate = certificate && new LoginCertificate(certificate, requestTimeout, clock);
  }

  /** The credentials without the two-factor code, which is asked for only when a login is made. */
  async current(signal?: AbortSignal): Promise<LoginCredentials> {
    const { jurisdiction, username, applicationKey } = this.sources;
    const password = clean('password', await this.#ask('password', this.sources.password, signal));
    const certificate = await this.#certificate?.current(password, signal);
    const fingerprint = createHmac('sha256', certificate?.secret ?? applicationKey)
      .update(JSON.stringify([jurisdiction, username, password]))
      .digest('hex');
    return { password, certificate, fingerprint };
  }

  /**
   * Everything secret that the login sends: what was looked at, and the two-factor code of this moment.
   *
   * @throws BetfairIdentityUnavailableError the function of the option gave no code, or one that was refused
   */
  async secretsToSend(
    { password, certificate }: LoginCredentials,
    signal?: AbortSignal,
  ): Promise<LoginSecrets> {
    if (certificate) this.#certificate?.use(certificate);
    const secrets = { password, certificate: certificate?.credentials };
    const { twoFactorCode } = this.sources;
    if (twoFactorCode === undefined) return { ...secrets, twoFactorCode };
    const code = clean('twoFactorCode', await this.#ask('twoFactorCode', twoFactorCode, signal));
    if (!this.#refusedCodes.has(code)) return { ...secrets, twoFactorCode: code };
    throw new BetfairIdentityUnavailableError(
      'The function of the option "twoFactorCode" returned the code that Betfair has refused; it was not sent again. It must return the code of the moment.',
    );
  }

  /** Takes note that Betfair refused the two-factor code. */
  refuseCode({ twoFactorCode }: LoginSecrets): void {
    if (twoFactorCode !== undefined) this.#refusedCodes.add(twoFactorCode);
  }

  /** Takes nothing for known that was asked before: a person has looked. */
  startAfresh(): void {
    this.#refusedCodes.clear();
    this.#certificate?.forget();
  }

  /** When the client certificate expires, if there is one and that is known. */
  async certificateExpiry(): Promise<Date | undefined> {
    return this.#certificate?.expiry();
  }

  async #ask(
    option: string,
    source: string | (() => string | Promise<string>),
    signal?: AbortSignal,
  ): Promise<string> {
    if (typeof source === 'string') return source;
    const asked = { option, ask: source, timeout: this.sources.requestTimeout };
    const text: unknown = await askFunction(asked, this.clock, signal);
    if (typeof text === 'string' && text !== '') return text;
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
