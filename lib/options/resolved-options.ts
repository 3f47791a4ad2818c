import type { CertificateAuthorities } from '../common/http/trust.js';
import type {
  CertificateFunction,
  ClientCertificate,
} from '../identity/certificate/certificate.options.js';
import type { Jurisdiction, ResolvedEndpoints } from '../identity/jurisdiction.endpoints.js';
import type { Persistence } from '../storage/contract/persistence.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';

/** Options of an account with every default filled in. */
export interface ResolvedSessionOptions {
  readonly username: string;
  readonly password: string | (() => string | Promise<string>);
  readonly twoFactorCode: (() => string | Promise<string>) | undefined;
  readonly certificate: ClientCertificate | CertificateFunction | undefined;
  readonly applicationKey: string;
  readonly jurisdiction: Jurisdiction;
  readonly endpoints: ResolvedEndpoints;
  readonly ca: CertificateAuthorities;
  readonly sessionLifetime: number;
  readonly storage: string | SessionStorage;
  readonly sessionKey: string;
  readonly persistence: Persistence;
  /** Milliseconds between scheduled keepAlives; `undefined` if none are scheduled. */
  readonly keepAliveInterval: number | undefined;
  readonly requestTimeout: number;
  readonly renewalTimeout: number;
  readonly telemetry: boolean;
}
