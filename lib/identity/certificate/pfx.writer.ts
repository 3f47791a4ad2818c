import {
  createHash,
  createHmac,
  createPrivateKey,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import type { PemPair } from './certificate.writer.js';
import {
  bytesOf,
  integer,
  nothing,
  objectId,
  octetString,
  sequence,
  setOf,
  tagged,
} from './der.js';

const SHA256 = sequence(objectId('2.16.840.1.101.3.4.2.1'), nothing());
const CERTIFICATE = objectId('1.2.840.113549.1.9.22.1');
const CERTIFICATE_BAG = objectId('1.2.840.113549.1.12.10.1.3');
const ENCRYPTED_KEY_BAG = objectId('1.2.840.113549.1.12.10.1.2');
const DATA = objectId('1.2.840.113549.1.7.1');
const LOCAL_KEY_ID = objectId('1.2.840.113549.1.9.21');

const MAC_ITERATIONS = 2_048;
const SALT_BYTES = 16;
/** Bytes of a block of SHA-256. */
const BLOCK_BYTES = 64;
/** Purpose of a derived key (RFC 7292, B.3): integrity. */
const FOR_MAC = 3;

/** Writes a PKCS #12 file (RFC 7292) with a certificate and its key, which the passphrase encrypts. */
export function writePfx({ cert, key }: PemPair, passphrase: string): Buffer {
  const { raw } = new X509Certificate(cert);
  const encrypted = createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'der',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  const id = createHash('sha256').update(raw).digest().subarray(0, 20);
  const content = sequence(
    data(sequence(bag(CERTIFICATE_BAG, sequence(CERTIFICATE, tagged(0, octetString(raw))), id))),
    data(sequence(bag(ENCRYPTED_KEY_BAG, encrypted, id))),
  );
  const salt = randomBytes(SALT_BYTES);
  const mac = createHmac('sha256', macKey(passphrase, salt)).update(content).digest();
  return sequence(
    integer(Buffer.from([3])),
    data(content),
    sequence(
      sequence(SHA256, octetString(mac)),
      octetString(salt),
      integer(Buffer.from(bytesOf(MAC_ITERATIONS))),
    ),
  );
}

function data(content: Buffer): Buffer {
  return sequence(DATA, tagged(0, octetString(content)));
}

/** Writes a bag with an identifier that the certificate and its key share. */
function bag(kind: Buffer, value: Buffer, id: Buffer): Buffer {
  const attributes = setOf(sequence(LOCAL_KEY_ID, setOf(octetString(id))));
  return sequence(kind, tagged(0, value), attributes);
}

/** Derives the key of the checksum (RFC 7292, B.2). One block of SHA-256 is as long as the key. */
function macKey(passphrase: string, salt: Buffer): Buffer {
  const text = Buffer.from(`${passphrase}\0`, 'utf16le').swap16();
  let key = Buffer.concat([Buffer.alloc(BLOCK_BYTES, FOR_MAC), filled(salt), filled(text)]);
  for (let round = 0; round < MAC_ITERATIONS; round += 1) {
    key = createHash('sha256').update(key).digest();
  }
  return key;
}

/** Repeats bytes until whole blocks are full. */
function filled(bytes: Buffer): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / BLOCK_BYTES) * BLOCK_BYTES, bytes);
}
