import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Additional trusted certificate authorities, PEM. */
export type CertificateAuthorities = readonly (string | Buffer)[];

/** Returns the authorities of an option, which may be a single one or missing. */
export function authoritiesOf(
  ca: string | Buffer | CertificateAuthorities | undefined,
): CertificateAuthorities {
  if (ca === undefined) return [];
  return typeof ca === 'string' || Buffer.isBuffer(ca) ? [ca] : ca;
}

/** A client certificate with its key. */
export type ClientCredentials = Pick<
  tls.SecureContextOptions,
  'cert' | 'key' | 'pfx' | 'passphrase'
>;

/** TLS settings of a connection that checks certificates. */
export type Trust = tls.SecureContextOptions & {
  readonly rejectUnauthorized: true;
  readonly secureContext?: tls.SecureContext;
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Contexts by their authorities. A new one blocks the process for about 50 ms, because Node reads some 150 authorities.
 */
const contexts = new Map<string, tls.SecureContext>();

/** TLS settings that trust `ca` in addition to the usual authorities, and always check certificates. */
export function trusting(ca: CertificateAuthorities, credentials?: ClientCredentials): Trust {
  // Set here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot expose a password to another server.
  const checked = { rejectUnauthorized: true } as const;
  if (ca.length === 0) return { ...checked, ...credentials };
  const trusted = () => [...trustedByDefault(), ...ca];
  // Not cached: it holds a private key, and logins are rare.
  if (credentials) return { ...checked, ca: trusted(), ...credentials };
  const key = ca.join();
  const secureContext = contexts.get(key) ?? tls.createSecureContext({ ca: trusted() });
  contexts.set(key, secureContext);
  return { ...checked, secureContext };
}

/** Default authorities, which the TLS option `ca` would replace. */
function trustedByDefault(): readonly string[] {
  // Since Node 22.15. Includes NODE_EXTRA_CA_CERTS and the system's store if these are switched on.
  const newer: typeof tls & { getCACertificates?: () => readonly string[] } = tls;
  return newer.getCACertificates?.() ?? [...tls.rootCertificates, ...extraAuthorities()];
}

/** Authorities in NODE_EXTRA_CA_CERTS, for a Node without `getCACertificates`. */
function extraAuthorities(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    const blocks = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    return blocks.filter((pem) => new X509Certificate(pem).ca);
  } catch {
    // Node has logged a warning at the start of the process.
    return [];
  }
}
