import { createHmac } from 'node:crypto';
import { findTextFault } from '../../common/settings/clean-text.js';
import type { Clock } from '../../common/clock.js';
import { BetfairConfigurationError, BetfairIdentityUnavailableError } from '../../errors/index.js';
import type { CertificateContent } from '../../identity/certificate/certificate.content.js';
import type { LoginSecrets } from '../../identity/identity.client.js';
import type {
  CertificateFunction,
  ClientCertificate,
} from '../../identity/certificate/certificate.options.js';
import type { Jurisdiction } from '../../identity/jurisdiction.endpoints.js';
import { callOptionFunction } from './option.function.js';
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

export interface LoginCredentials {
  readonly password: string;
  readonly certificate: CertificateContent | undefined;
  /**
   * Identifies credentials without revealing them: HMAC-SHA-256 over jurisdiction, user name and password, with a
   * secret of the certificate or the application key as key.
   */
  readonly fingerprint: string;
}

/** Provides the current credentials, so that the next login uses a rotated password. */
export class CredentialProvider {
  readonly #certificate: LoginCertificate | undefined;
  /** Two-factor codes that Betfair has refused since the last {@link startAfresh}. */
  readonly #refusedCodes = new Set<string>();

  constructor(
    private readonly sources: CredentialSources,
    private readonly clock: Clock,
  ) {
    const { certificate, requestTimeout } = sources;
    this.#certificate = certificate && new LoginCertificate(certificate, requestTimeout, clock);
  }

  /** Returns the credentials without the two-factor code, which is requested just before a login. */
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
   * Returns all secrets that the login sends, including the current two-factor code.
   *
   * @throws BetfairIdentityUnavailableError the function `twoFactorCode` returned no code, or a refused one
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
      'The function of the option "twoFactorCode" returned a code that Betfair has refused, so it was not sent again. The function must return the current code.',
    );
  }

  /** Notes that Betfair refused the two-factor code. */
  refuseCode({ twoFactorCode }: LoginSecrets): void {
    if (twoFactorCode !== undefined) this.#refusedCodes.add(twoFactorCode);
  }

  /** Forgets refused codes and the kept certificate, after a person has lifted a refusal. */
  startAfresh(): void {
    this.#refusedCodes.clear();
    this.#certificate?.forget();
  }

  /** Expiry of the client certificate when it was last read; `undefined` before that. */
  get knownExpiry(): Date | undefined {
    return this.#certificate?.knownExpiry;
  }

  /** Returns the expiry of the client certificate, if it is known. */
  async certificateExpiry(): Promise<Date | undefined> {
    return this.#certificate?.expiry();
  }

  async #ask(
    option: string,
    source: string | (() => string | Promise<string>),
    signal?: AbortSignal,
  ): Promise<string> {
    if (typeof source === 'string') return source;
    const asked = { option, call: source, timeout: this.sources.requestTimeout };
    const text: unknown = await callOptionFunction(asked, this.clock, signal);
    if (typeof text === 'string' && text !== '') return text;
    throw new BetfairIdentityUnavailableError(
      `The function of the option "${option}" returned no text. It must return a non-empty string.`,
    );
  }
}

/** @throws BetfairConfigurationError the text has stray characters, so Betfair would count it as a wrong password */
function clean(option: string, text: string): string {
  const fault = findTextFault(`${option} (returned by its function)`, text);
  if (fault !== undefined) throw new BetfairConfigurationError(fault);
  return text;
}
