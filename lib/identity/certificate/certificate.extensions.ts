import { createHash, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { boolean, namedBits, objectId, octetString, sequence, tagged, taggedBytes } from './der.js';

/** Uses of a key, with their bits in X.509. */
const KEY_USAGES = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

/** Purposes of a certificate. */
const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

export type KeyUsage = keyof typeof KEY_USAGES;
export type Purpose = keyof typeof PURPOSES;

/** Extension for a certificate that does not sign others. */
export function endEntity(): Buffer {
  return extension('2.5.29.19', sequence());
}

/** Extension for a certificate that signs others. */
export function authority(): Buffer {
  return extension('2.5.29.19', sequence(boolean(true)), true);
}

export function keyUsage(usages: readonly KeyUsage[], isCritical = false): Buffer {
  return extension('2.5.29.15', namedBits(...usages.map((usage) => KEY_USAGES[usage])), isCritical);
}

export function extendedKeyUsage(...purposes: readonly Purpose[]): Buffer {
  const ids = purposes.map((purpose) => objectId(PURPOSES[purpose]));
  return extension('2.5.29.37', sequence(...ids));
}

/** `nsCertType = client`, an extension of Netscape's that Betfair's instructions ask for. */
export function netscapeClient(): Buffer {
  return extension('2.16.840.1.113730.1.1', namedBits(0));
}

/** The names and IPv4 addresses of a server. */
export function alternativeNames(...names: readonly string[]): Buffer {
  const written = names.map((name) =>
    isIPv4(name)
      ? taggedBytes(7, Buffer.from(name.split('.').map(Number)))
      : taggedBytes(2, Buffer.from(name)),
  );
  return extension('2.5.29.17', sequence(...written));
}

export function subjectKeyId(key: KeyObject): Buffer {
  return extension('2.5.29.14', octetString(keyId(key)));
}

/** Extension with the key of the issuer, which strict verifiers require (RFC 5280). */
export function authorityKeyId(key: KeyObject): Buffer {
  return extension('2.5.29.35', sequence(taggedBytes(0, keyId(key))));
}

/** All extensions as the last member of a certificate. */
export function extensionList(extensions: readonly Buffer[]): Buffer {
  return tagged(3, sequence(...extensions));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

/** The first 160 bits of a hash of the public key (RFC 7093). */
function keyId(key: KeyObject): Buffer {
  const bytes = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(bytes).digest().subarray(0, 20);
}
