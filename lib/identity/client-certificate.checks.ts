import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { BetfairConfigurationError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { ClientCertificate } from '../options/betfair-session-options.interface.js';
import { loadClientCertificate, type PemCredentials, unreadableKey } from './client-certificate.js';

/** What a check of the client certificate found. */
export interface CertificateCheck {
  /** Each fault with its fix; none of them quotes the certificate or the key. */
  readonly faults: readonly string[];
  /** When the certificate expires, where it could be read. */
  readonly validTo?: Date;
}

/** `extendedKeyUsage = clientAuth`, which Betfair's instructions ask for. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const MAKE_ONE =
  'Make one as the README shows ("From an application key and a certificate to the first call").';

/** Finds what would otherwise surface as an opaque TLS error at the first login. */
export async function checkClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateCheck> {
  try {
    const credentials = await loadClientCertificate(source);
    return 'pfx' in credentials ? checkPfx(credentials, now) : checkPem(credentials, now);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return { faults: error.faults };
    throw error;
  }
}

function checkPem(credentials: PemCredentials, now: Date): CertificateCheck {
  const { cert, key: keyText, passphrase } = credentials;
  if (isKey(cert) && !isCertificate(cert) && isCertificate(keyText) && !isKey(keyText)) {
    return {
      faults: [
        'certificate.cert holds a private key and certificate.key a certificate: swap them.',
      ],
    };
  }
  const faults: string[] = [];
  // X509Certificate alone would take DER too, which TLS does not.
  const certificate = isCertificate(cert) ? attempt(() => new X509Certificate(cert)) : undefined;
  if (!certificate) {
    faults.push(
      `certificate.${cert === keyText ? 'pem' : 'cert'} holds no PEM certificate ("-----BEGIN CERTIFICATE-----"). ${MAKE_ONE}`,
    );
  }
  const key = attempt(() => createPrivateKey({ key: keyText, passphrase }));
  if (!key) faults.push(unreadableKey(credentials));
  if (certificate && key) faults.push(...checkPair(certificate, key, credentials));
  return certificate ? checkValidity(certificate, now, faults) : { faults };
}

function checkPair(
  certificate: X509Certificate,
  privateKey: KeyObject,
  { cert, key, passphrase }: PemCredentials,
): string[] {
  if (!certificate.checkPrivateKey(privateKey)) {
    return [
      cert === key
        ? "certificate.pem holds a private key that does not belong to its first certificate. Take both from the same openssl run; certificates of authorities come after the account's own."
        : 'certificate.key does not belong to certificate.cert. Take both from the same openssl run.',
    ];
  }
  try {
    createSecureContext({ cert, key, passphrase });
    return [];
  } catch (error) {
    return [`certificate: TLS refuses it (${safeCause(error).message}). ${MAKE_ONE}`];
  }
}

function checkPfx(
  { pfx, passphrase }: { pfx: Buffer; passphrase?: string | undefined },
  now: Date,
): CertificateCheck {
  try {
    const secureContext = createSecureContext({ pfx, passphrase });
    // A socket that is never connected: the only public way to see the certificate inside a PFX.
    const socket = new TLSSocket(new Duplex(), { secureContext });
    const certificate = socket.getX509Certificate();
    socket.destroy();
    return certificate
      ? checkValidity(certificate, now, [])
      : { faults: ['certificate.pfx holds no certificate.'] };
  } catch (error) {
    return { faults: [pfxFault(String(error))] };
  }
}

/** By the text of the error: OpenSSL gives these no code. */
function pfxFault(reason: string): string {
  if (reason.includes('mac verify')) {
    return 'certificate.passphrase is missing or does not open certificate.pfx, or certificate.pfx is damaged.';
  }
  if (/unsupported/i.test(reason)) {
    return 'certificate.pfx uses an old encryption that OpenSSL 3 refuses. Convert it: openssl pkcs12 -legacy -in old.p12 -nodes -out client.pem, and give it as certificate.pem.';
  }
  if (reason.includes('private key')) {
    return 'certificate.pfx holds no private key. Export it again, together with the key.';
  }
  if (reason.includes('load certificate')) return 'certificate.pfx holds no certificate.';
  return `certificate.pfx is not a whole PKCS #12 file (.p12, .pfx). ${MAKE_ONE}`;
}

function checkValidity(certificate: X509Certificate, now: Date, found: string[]): CertificateCheck {
  const faults = [...found];
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  if (validTo < now) {
    faults.push(
      `certificate: it expired on ${validTo.toISOString()}. Make a new one and upload it to the Betfair account.`,
    );
  }
  if (validFrom > now) {
    faults.push(
      `certificate: it is valid only from ${validFrom.toISOString()}. Check the clock of this machine.`,
    );
  }
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH)) {
    faults.push(
      `certificate: its extended key usage does not allow client authentication ("clientAuth"). ${MAKE_ONE}`,
    );
  }
  return { faults, validTo };
}

function isCertificate(pem: Buffer): boolean {
  return pem.includes('-----BEGIN CERTIFICATE-----');
}

function isKey(pem: Buffer): boolean {
  return pem.includes('PRIVATE KEY-----');
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
