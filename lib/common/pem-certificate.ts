import { X509Certificate } from 'node:crypto';

/** Tells if a value is a PEM certificate, or a bundle of them. */
export function isPemCertificate(value: unknown): boolean {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return false;
  // Checks each certificate of a bundle, because TLS silently ignores those that it cannot read.
  const blocks = value
    .toString()
    .split(/(?=-----BEGIN CERTIFICATE-----)/)
    .filter(isBlock);
  try {
    return blocks.length > 0 && blocks.every((block) => new X509Certificate(block).raw.length > 0);
  } catch {
    return false;
  }
}

function isBlock(text: string): boolean {
  return text.startsWith('-----BEGIN CERTIFICATE-----');
}
