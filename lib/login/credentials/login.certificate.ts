import type { Clock } from '../../common/clock.js';
import { nameByVariables, variableOf } from '../../common/variable-names.js';
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
import { askFunction } from './option.function.js';

/** Gives the client certificate as it is at the moment of a login. */
export class LoginCertificate {
  /** Certificate that a function returned, until a login uses it up or it is asked again. */
  #kept:
    | { readonly content: CertificateContent; readonly password: string; readonly until: number }
    | undefined;
  /** When the certificate of the last login expires. */
  #lastExpiry: Date | undefined;

  constructor(
    private readonly source: ClientCertificate | CertificateFunction,
    private readonly requestTimeout: number,
    private readonly clock: Clock,
  ) {}

  /**
   * Reads the files, or asks the function: for each login and, while logins are refused, at most once in the time that a
   * login may take, because every call of the application then looks at the credentials. With another `password` it is
   * asked at once: both may come from one secret.
   *
   * @throws BetfairConfigurationError the certificate cannot be read, or TLS would not take it
   */
  async current(password: string, signal?: AbortSignal): Promise<CertificateContent> {
    // By the clock of the machine, as those who check it do.
    if (typeof this.source !== 'function') return loadClientCertificate(this.source, new Date());
    const kept = this.#kept;
    if (kept?.password === password && this.clock.monotonic() < kept.until) return kept.content;
    const content = await loadClientCertificate(await this.#ask(this.source, signal), new Date());
    const until = this.clock.monotonic() + this.requestTimeout + LEASE_MARGIN_MS;
    this.#kept = { content, password, until };
    return content;
  }

  /** Notes that a login is made with the certificate; the next one asks again. */
  use(content: CertificateContent): void {
    this.forget();
    this.#lastExpiry = content.validTo;
  }

  /** Drops what the function returned, so that the next look asks again. */
  forget(): void {
    this.#kept = undefined;
  }

  /** When it expires; of one from a function that of the last login, because the function is asked for logins only. */
  async expiry(): Promise<Date | undefined> {
    if (typeof this.source === 'function') return this.#lastExpiry;
    const { validTo } = await checkClientCertificate(this.source, new Date());
    return validTo;
  }

  async #ask(source: CertificateFunction, signal?: AbortSignal): Promise<ClientCertificate> {
    const asked = { option: 'certificate', ask: source, timeout: this.requestTimeout };
    const returned = await askFunction(asked, this.clock, signal);
    const fault = findShapeFault(returned, RETURNED);
    if (fault !== undefined) throw new BetfairConfigurationError(fault);
    // One that was read from variables has their names.
    return variableOf(returned, 'prefix') === undefined
      ? nameByVariables({ ...returned }, { option: RETURNED })
      : returned;
  }
}

/** Name in messages of what the function returned. */
const RETURNED = 'certificate()';
