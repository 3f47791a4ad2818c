import { type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { safeCause } from '../../errors/safe-cause.js';
import type { CertificatePart } from './certificate.part.js';
import { readPrivateKey } from './private-key.js';
import { explainUnusable } from './unusable-part.js';

/** Content of a pair of PEM texts, or of a joined one. */
export interface PemContent {
  readonly faults: readonly string[];
  readonly certificate?: X509Certificate | undefined;
  readonly privateKey?: KeyObject | undefined;
}

/** Reads certificate and private key as TLS would, and finds their faults. */
export function readPem(
  cert: CertificatePart,
  key: CertificatePart,
  passphrase: string | undefined,
): PemContent {
  if (isSwapped(cert, key)) {
    return {
      faults: [`${cert.label} holds a private key and ${key.label} a certificate: swap them.`],
    };
  }
  const certificate = readCertificate(cert);
  // One fault is enough for a text that should hold both and is not PEM.
  if (cert === key && typeof certificate === 'string' && !cert.bytes.includes('-----BEGIN ')) {
    return { faults: [certificate] };
  }
  const privateKey = readPrivateKey(key, passphrase);
  const faults = new Set([certificate, privateKey].filter((found) => typeof found === 'string'));
  if (typeof certificate === 'string') return { faults: [...faults] };
  if (typeof privateKey === 'string') return { faults: [...faults], certificate };
  const pair = { cert: cert.bytes, key: key.bytes, passphrase };
  const mismatch = certificate.checkPrivateKey(privateKey)
    ? findRefusal(pair, cert)
    : explainMismatch(cert, key);
  return { faults: mismatch === undefined ? [] : [mismatch], certificate, privateKey };
}

function readCertificate(part: CertificatePart): X509Certificate | string {
  // X509Certificate also reads DER, which TLS does not.
  if (!holdsCertificate(part)) return explainUnusable(part, 'certificate');
  try {
    return new X509Certificate(part.bytes);
  } catch {
    return explainUnusable(part, 'certificate');
  }
}

function explainMismatch(cert: CertificatePart, key: CertificatePart): string {
  return cert === key
    ? `${cert.label} holds a private key that does not belong to its first certificate. Take both from the same openssl run; certificates of authorities come after the account's own.`
    : `${key.label} does not belong to ${cert.label}. Take both from the same openssl run; of several certificates the account's own comes first.`;
}

function findRefusal(
  pair: { readonly cert: Buffer; readonly key: Buffer; readonly passphrase: string | undefined },
  cert: CertificatePart,
): string | undefined {
  try {
    createSecureContext(pair);
    return undefined;
  } catch (error) {
    return `${cert.label} is refused by TLS (${safeCause(error).message}). Look for a damaged or a weak certificate in it.`;
  }
}

function isSwapped(cert: CertificatePart, key: CertificatePart): boolean {
  return holdsKey(cert) && !holdsCertificate(cert) && holdsCertificate(key) && !holdsKey(key);
}

function holdsCertificate({ bytes }: CertificatePart): boolean {
  return bytes.includes('-----BEGIN CERTIFICATE-----');
}

function holdsKey({ bytes }: CertificatePart): boolean {
  return bytes.includes('PRIVATE KEY-----');
}
