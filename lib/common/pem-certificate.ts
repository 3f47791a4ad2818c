import { X509Certificate } from 'node:crypto';

/** Tells certificates as PEM: one, or a bundle. */
export function isPemCertificate(value: unknown): boolean {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return false;
  // Each of a bundle: TLS would leave out what it cannot read, without a word.
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
