import type { Clock } from '../../common/clock.js';
import { nameByVariables, variableOf } from '../../common/settings/variable-names.js';
import { BetfairConfigurationError } from '../../errors/index.js';
import type { CertificateContent } from '../../identity/certificate/certificate.content.js';
import {
  checkClientCertificate,
  loadClientCertificate,
} from '../../identity/certificate/client-certificate.js';
import type {
  CertificateFunction,
  ClientCertificate,
} from '../../identity/certificate/certificate.options.js';
import { findShapeFault } from '../../options/certificate.shape.js';
import { LEASE_MARGIN_MS } from '../../options/time-bounds.js';
import { callOptionFunction } from './option.function.js';

/** Name of the function's result in messages. */
const RETURNED = 'certificate()';

/** Provides the client certificate for each login. */
export class LoginCertificate {
  /** Certificate that the function returned, kept until a login uses it or the time of a login is over. */
  #kept:
    | { readonly content: CertificateContent; readonly password: string; readonly until: number }
    | undefined;
  #knownExpiry: Date | undefined;

  constructor(
    private readonly source: ClientCertificate | CertificateFunction,
    private readonly requestTimeout: number,
    private readonly clock: Clock,
  ) {}

  /** Expiry of the certificate when it was last read. */
  get knownExpiry(): Date | undefined {
    return this.#knownExpiry;
  }

  /**
   * Reads the files, or calls the function, for each login. While logins are refused, every call of the application
   * comes here, so the function's result is kept for the time that a login may take; another `password` discards it.
   *
   * @throws BetfairConfigurationError the certificate cannot be read, or TLS would reject it
   */
  async current(password: string, signal?: AbortSignal): Promise<CertificateContent> {
    // The machine's clock, not the injected one: TLS compares with it, too.
    if (typeof this.source !== 'function') return loadClientCertificate(this.source, new Date());
    const kept = this.#kept;
    if (kept?.password === password && this.clock.monotonic() < kept.until) return kept.content;
    const content = await loadClientCertificate(await this.#ask(this.source, signal), new Date());
    const until = this.clock.monotonic() + this.requestTimeout + LEASE_MARGIN_MS;
    this.#kept = { content, password, until };
    return content;
  }

  /** Notes that a login uses the certificate; the next login calls the function again. */
  use(content: CertificateContent): void {
    this.forget();
    this.#knownExpiry = content.validTo;
  }

  /** Drops the function's result, so that it is called again. */
  forget(): void {
    this.#kept = undefined;
  }

  /** Expiry of the certificate; for a function, that of the last login, because it is only called for logins. */
  async expiry(): Promise<Date | undefined> {
    if (typeof this.source === 'function') return this.#knownExpiry;
    const { validTo } = await checkClientCertificate(this.source, new Date());
    this.#knownExpiry = validTo;
    return validTo;
  }

  async #ask(source: CertificateFunction, signal?: AbortSignal): Promise<ClientCertificate> {
    const asked = { option: 'certificate', call: source, timeout: this.requestTimeout };
    const returned = await callOptionFunction(asked, this.clock, signal);
    const fault = findShapeFault(returned, RETURNED);
    if (fault !== undefined) throw new BetfairConfigurationError(fault);
    // A certificate from environment variables already carries their names.
    return variableOf(returned, 'prefix') === undefined
      ? nameByVariables({ ...returned }, { option: RETURNED })
      : returned;
  }
}
