import { createHash, type X509Certificate } from 'node:crypto';
import type { CertificatePart } from './certificate.part.js';
import { findValidityFaults } from './certificate.validity.js';
import { readPem } from './pem.checks.js';
import { readPfx } from './pfx.checks.js';

/** The client certificate in the form that TLS needs. */
export type TlsCredentials = { readonly passphrase?: string | undefined } & (
  { readonly cert: Buffer; readonly key: Buffer } | { readonly pfx: Buffer }
);

/** Parts of a client certificate. Certificate and key are the same part if both are in one text. */
export type CertificateParts =
  | { readonly cert: CertificatePart; readonly key: CertificatePart }
  | { readonly pfx: CertificatePart };

/** The content of a client certificate at one moment. */
export interface CertificateContent {
  /** Faults, each with its fix. They do not quote the certificate or the key. */
  readonly faults: readonly string[];
  /** Expiry date, if it could be read. */
  readonly validTo?: Date;
  readonly credentials: TlsCredentials;
  /** Bytes that only the owner of the private key has; not valid if there is a fault. */
  readonly secret: Buffer;
}

/** Reads the parts as TLS would, and explains faults that the first login would report without a clear reason. */
export function readContent(
  parts: CertificateParts,
  passphrase: string | undefined,
  now: Date,
): CertificateContent {
  return 'pfx' in parts
    ? pfxContent(parts.pfx, passphrase, now)
    : pemContent(parts.cert, parts.key, passphrase, now);
}

function pemContent(
  cert: CertificatePart,
  key: CertificatePart,
  passphrase: string | undefined,
  now: Date,
): CertificateContent {
  const { faults, certificate, privateKey } = readPem(cert, key, passphrase);
  return {
    ...withValidity(faults, certificate, cert.label, now),
    credentials: { cert: cert.bytes, key: key.bytes, passphrase },
    secret: privateKey?.export({ type: 'pkcs8', format: 'der' }) ?? Buffer.alloc(0),
  };
}

function pfxContent(
  { bytes, label, ...part }: CertificatePart,
  passphrase: string | undefined,
  now: Date,
): CertificateContent {
  const found = readPfx({ bytes, label, ...part }, passphrase);
  const [faults, certificate] = typeof found === 'string' ? [[found], undefined] : [[], found];
  return {
    ...withValidity(faults, certificate, label, now),
    credentials: { pfx: bytes, passphrase },
    secret: secretOf(bytes, passphrase),
  };
}

/** Combines the file with its passphrase, because others may be able to read the encrypted file. */
function secretOf(pfx: Buffer, passphrase = ''): Buffer {
  const file = createHash('sha256').update(pfx).digest();
  return createHash('sha256').update(file).update(passphrase).digest();
}

function withValidity(
  faults: readonly string[],
  certificate: X509Certificate | undefined,
  label: string,
  now: Date,
): Pick<CertificateContent, 'faults' | 'validTo'> {
  if (certificate === undefined) return { faults };
  return {
    faults: [...faults, ...findValidityFaults(certificate, label, now)],
    validTo: new Date(certificate.validTo),
  };
}
