import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/** Additional trusted certificate authorities, PEM. */
export type CertificateAuthorities = readonly (string | Buffer)[];

/** Returns the authorities of an option, which may be one of them, or left out. */
export function authoritiesOf(
  ca: string | Buffer | CertificateAuthorities | undefined,
): CertificateAuthorities {
  if (ca === undefined) return [];
  return typeof ca === 'string' || Buffer.isBuffer(ca) ? [ca] : ca;
}

/** A client certificate with its key. */
type Credentials = Pick<tls.SecureContextOptions, 'cert' | 'key' | 'pfx' | 'passphrase'>;

/** TLS settings of a connection, checked. */
export type Trust = tls.SecureContextOptions & {
  readonly rejectUnauthorized: true;
  readonly secureContext?: tls.SecureContext;
};

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** By what they trust: Node reads some 150 authorities for one, which holds up the process for about 50 ms. */
const contexts = new Map<string, tls.SecureContext>();

/** TLS settings of a connection that trusts `ca` beside the usual authorities, and always checks certificates. */
export function trusting(ca: CertificateAuthorities, credentials?: Credentials): Trust {
  // Said, so that NODE_TLS_REJECT_UNAUTHORIZED cannot give a password to whoever answers.
  const checked = { rejectUnauthorized: true } as const;
  if (ca.length === 0) return { ...checked, ...credentials };
  const trusted = () => [...trustedByDefault(), ...ca];
  // Not kept: it holds a private key, and a login is rare.
  if (credentials) return { ...checked, ca: trusted(), ...credentials };
  const key = ca.join();
  const secureContext = contexts.get(key) ?? tls.createSecureContext({ ca: trusted() });
  contexts.set(key, secureContext);
  return { ...checked, secureContext };
}

/** `ca` replaces the default authorities, so they must be named with it. */
function trustedByDefault(): readonly string[] {
  // Node 22.15: also has NODE_EXTRA_CA_CERTS and the system's store where these are switched on.
  const newer: typeof tls & { getCACertificates?: () => readonly string[] } = tls;
  return newer.getCACertificates?.() ?? [...tls.rootCertificates, ...extraAuthorities()];
}

/** The authorities that NODE_EXTRA_CA_CERTS names, for a Node that does not tell them. */
function extraAuthorities(): readonly string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS'];
  if (!file) return [];
  try {
    const blocks = readFileSync(file, 'utf8').match(CERTIFICATE) ?? [];
    return blocks.filter((pem) => new X509Certificate(pem).ca);
  } catch {
    // Node has warned of it when the process began.
    return [];
  }
}
