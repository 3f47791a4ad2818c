import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import {
  authorityKeyId,
  endEntity,
  extendedKeyUsage,
  extensionList,
  keyUsage,
  netscapeClient,
  subjectKeyId,
} from './certificate.extensions.js';
import {
  bitString,
  integer,
  nothing,
  objectId,
  sequence,
  setOf,
  tagged,
  time,
  utf8,
} from './der.js';

/** A certificate and its private key, PEM. */
export interface PemPair {
  /** The certificate. */
  readonly cert: string;
  /** The private key of the certificate. */
  readonly key: string;
}

/** A certificate to create. */
export interface NewCertificate {
  readonly commonName: string;
  /** RSA with 2048 bits, or the elliptic curve P-256. */
  readonly keyType: 'rsa' | 'ec';
  readonly extensions: readonly Buffer[];
  /** @default now */
  readonly from?: Date | undefined;
  /** @default 365 days after `from` */
  readonly to?: Date | undefined;
  /** Authority that signs the certificate. @default its own key */
  readonly issuer?: { readonly commonName: string; readonly key: string } | undefined;
}

const VALID_FOR_MS = 365 * 86_400_000;
const X509_V3 = tagged(0, integer(Buffer.from([2])));
const SIGNATURES = {
  ec: sequence(objectId('1.2.840.10045.4.3.2')),
  rsa: sequence(objectId('1.2.840.113549.1.1.11'), nothing()),
} as const;

const makeKeyPair = promisify(generateKeyPair);

/** Creates a key and a certificate (X.509 v3) for it. */
export async function writeCertificate({
  commonName,
  keyType,
  extensions,
  from = new Date(),
  to = new Date(from.getTime() + VALID_FOR_MS),
  issuer,
}: NewCertificate): Promise<PemPair> {
  const { publicKey, privateKey } = await makeKeys(keyType);
  const signer = issuer ? createPrivateKey(issuer.key) : privateKey;
  const signature = SIGNATURES[signer.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'];
  const toBeSigned = sequence(
    X509_V3,
    integer(randomBytes(16)),
    signature,
    nameOf(issuer?.commonName ?? commonName),
    sequence(time(from), time(to)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensionList([
      ...extensions,
      subjectKeyId(publicKey),
      ...(issuer ? [authorityKeyId(createPublicKey(signer))] : []),
    ]),
  );
  const certificate = sequence(
    toBeSigned,
    signature,
    bitString(sign('sha256', toBeSigned, signer)),
  );
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Creates a client certificate as in Betfair's instructions: self-signed, RSA 2048, valid for 365 days. */
export function writeClientCertificate(commonName: string): Promise<PemPair> {
  return writeCertificate({
    commonName,
    keyType: 'rsa',
    extensions: [
      endEntity(),
      netscapeClient(),
      keyUsage(['digitalSignature', 'keyEncipherment']),
      extendedKeyUsage('clientAuth'),
    ],
  });
}

function makeKeys(
  keyType: NewCertificate['keyType'],
): Promise<{ readonly publicKey: KeyObject; readonly privateKey: KeyObject }> {
  return keyType === 'rsa'
    ? makeKeyPair('rsa', { modulusLength: 2048 })
    : makeKeyPair('ec', { namedCurve: 'P-256' });
}

function nameOf(commonName: string): Buffer {
  return sequence(setOf(sequence(objectId('2.5.4.3'), utf8(commonName))));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}
