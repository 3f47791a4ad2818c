import { isPathLike } from '../../common/settings/path-text.js';
import { IS_UTF16, isUtf16 } from '../../common/settings/utf16.js';
import type { CertificatePart } from './certificate.part.js';

/** Content that a part must have. */
export type Wanted = 'certificate' | 'private key';

const PEM_IN_BASE64 = 'LS0tLS1';
const FIRST_LINE: Readonly<Record<Wanted, string>> = {
  certificate: '-----BEGIN CERTIFICATE-----',
  'private key': '-----BEGIN PRIVATE KEY-----',
};
const FROM_DER: Readonly<Record<Wanted, string>> = {
  certificate: 'openssl x509 -inform der -in client.der -out client.crt',
  'private key': 'openssl pkey -inform der -in client.der -out client.key',
};

/** Finds a part that is not PEM text. Returns the end of a sentence about it, and what to do. */
export function findWrongForm(
  { part, bytes, names }: CertificatePart,
  wanted: Wanted,
): string | undefined {
  const text = bytes.toString().trim();
  if (text === '') return 'is empty. Write the PEM to it.';
  if (isUtf16(bytes)) return IS_UTF16;
  if (isPfx(bytes)) {
    return `is a PKCS #12 file (.p12, .pfx). Give it as ${names.asFile('pfx')}.`;
  }
  if (isDer(bytes)) return `is in DER, the binary form. Convert it: ${FROM_DER[wanted]}.`;
  if (text.startsWith(PEM_IN_BASE64)) return 'is a PEM in base64. Decode it first: base64 -d.';
  if (/^[A-Za-z0-9+/=\s]+$/.test(text)) {
    const decoded = Buffer.from(text, 'base64');
    if (isPfx(decoded)) {
      return `is a PKCS #12 file (.p12, .pfx) in base64. Give it as ${names.asText('pfx')}${names.areVariables ? '' : ", Buffer.from(text, 'base64')"}.`;
    }
    if (isDer(decoded)) {
      return `lacks the first and the last line of a PEM ("${FIRST_LINE[wanted]}" and its end). Copy the whole text.`;
    }
  }
  return isPathLike(text)
    ? `is not the text of a PEM; it looks like the path of a file. Give a path as ${names.asFile(part)}.`
    : undefined;
}

/** Tells if bytes are an ASN.1 sequence, complete or cut: a key, a certificate or a PKCS #12 file. */
function isDer(bytes: Buffer): boolean {
  const [tag, length = 0] = bytes;
  return tag === 0x30 && bytes.length > 40 && (length > 0x80 || length === bytes.length - 2);
}

/**
 * Tells if bytes are a PKCS #12 file, by its version 3. Keys have another version, and certificates a sequence there.
 */
export function isPfx(bytes: Buffer): boolean {
  const head = 2 + Math.max(0, (bytes[1] ?? 0) - 0x80);
  return isDer(bytes) && hex(bytes, head, head + 3) === '020103';
}

function hex(bytes: Buffer, from: number, to: number): string {
  return bytes.subarray(from, to).toString('hex');
}
