import { createPrivateKey, type KeyObject } from 'node:crypto';
import { adviseOnStray } from '../../common/settings/clean-text.js';
import type { CertificatePart } from './certificate.part.js';
import { explainUnusable, findBrokenForm } from './unusable-part.js';
import { read } from '../../common/unknown-values.js';

/** Reads the private key of a part, or explains why it cannot be read and what to do. */
export function readPrivateKey(
  part: CertificatePart,
  passphrase: string | undefined,
): KeyObject | string {
  try {
    return createPrivateKey({ key: part.bytes, passphrase });
  } catch (error) {
    const code: unknown = read(error, 'code');
    return findBrokenForm(part, 'private key') ?? explainRefusal(part, passphrase, code);
  }
}

function explainRefusal(
  part: CertificatePart,
  passphrase: string | undefined,
  code: unknown,
): string {
  const { label, bytes, names } = part;
  if (!bytes.includes('ENCRYPTED')) return explainUnusable(part, 'private key');
  const option = names.of('passphrase');
  if (passphrase === undefined || passphrase === '') {
    return `${label} holds an encrypted private key, and ${option} is missing. Set it to the passphrase of the key.`;
  }
  if (code === 'ERR_OSSL_EVP_UNSUPPORTED') {
    return `${label} holds a private key in an old encryption that OpenSSL 3 refuses. Encrypt it again: openssl pkey -provider legacy -provider default -in client.key -aes256 -out new.key.`;
  }
  return `${label} holds an encrypted private key that ${option} does not open. ${adviseOnStray('The passphrase', passphrase) ?? 'Set it to the passphrase of this key.'}`;
}
