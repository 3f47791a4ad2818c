import type { CertificatePart } from './certificate.part.js';
import { findMangling } from './mangled-pem.js';
import { findWrongForm, type Wanted } from './wrong-form.js';

const SIGN =
  'is a certificate request. Sign it: openssl x509 -req -in client.csr -signkey client.key -days 365 -extfile client.cnf -extensions client -out client.crt.';
/** PEM blocks that people mistake for the right one. */
const MISTAKEN: Readonly<Record<string, string>> = {
  'CERTIFICATE REQUEST': SIGN,
  'NEW CERTIFICATE REQUEST': SIGN,
  'TRUSTED CERTIFICATE':
    'is in a form that only openssl reads. Convert it: openssl x509 -in client.crt -out client.pem.',
  PKCS7:
    'is a PKCS #7 file. Convert it: openssl pkcs7 -print_certs -in client.p7b -out client.crt.',
  'OPENSSH PRIVATE KEY':
    'is an OpenSSH key, which TLS does not support. Convert a copy: ssh-keygen -p -m PEM -f client.key.',
  'PUBLIC KEY': 'is a public key. Give the private key, which openssl wrote as client.key.',
};

/** Explains why a part has no usable certificate or private key, and what to do, without a quote from it. */
export function explainUnusable(part: CertificatePart, wanted: Wanted): string {
  return findBrokenForm(part, wanted) ?? `${part.label} ${explainContent(part, wanted)}`;
}

/** Finds a fault in the form of a part, whatever its content. */
export function findBrokenForm(part: CertificatePart, wanted: Wanted): string | undefined {
  // A file cannot have `\n` in place of a line break.
  const isVariable = part.names.areVariables && part.label === part.names.of(part.part);
  const found = findWrongForm(part, wanted) ?? findMangling(part.bytes.toString(), isVariable);
  return found && `${part.label} ${found}`;
}

function explainContent({ part, bytes, names }: CertificatePart, wanted: Wanted): string {
  const blocks = Array.from(
    bytes.toString().matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g),
    ([, block = '']) => block,
  );
  const mistaken = blocks.map((block) => MISTAKEN[block]).find((advice) => advice !== undefined);
  if (mistaken !== undefined) return mistaken;
  const hasCertificate = blocks.includes('CERTIFICATE');
  const hasKey = blocks.some((block) => block.endsWith('PRIVATE KEY'));
  if (wanted === 'certificate' ? hasCertificate : hasKey) {
    return `holds a damaged ${wanted}. Copy the whole file again.`;
  }
  const other = wanted === 'certificate' ? 'a private key' : 'a certificate';
  if (hasCertificate || hasKey) {
    const fix =
      part === 'pem'
        ? `Join both, or give them separately, as ${names.asFile('cert')} and ${names.asFile('key')}.`
        : `Give the file of the ${wanted}.`;
    return `holds ${other} and no ${wanted}. ${fix}`;
  }
  return wanted === 'certificate'
    ? 'holds no PEM certificate ("-----BEGIN CERTIFICATE-----"). Give what openssl wrote as client.crt.'
    : 'holds no PEM private key ("-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----"). Give what openssl wrote as client.key.';
}
