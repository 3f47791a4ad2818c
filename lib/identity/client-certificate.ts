import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket } from 'node:tls';
import { BetfairConfigurationError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { ClientCertificate } from '../options/betfair-session-options.interface.js';

/** The client certificate in the form that TLS takes it. */
export type TlsCredentials = { readonly passphrase?: string } & (
  { readonly cert: Buffer; readonly key: Buffer } | { readonly pfx: Buffer }
);

/** What a check of the client certificate found. */
export interface CertificateCheck {
  /** Each fault with its fix; none of them quotes the certificate or the key. */
  readonly faults: readonly string[];
  /** When the certificate expires, where it could be read. */
  readonly validTo?: Date;
}

/** `extendedKeyUsage = clientAuth`, which Betfair's instructions ask for. */
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const MAKE_ONE =
  'Make one as the README shows ("From an application key and a certificate to the first call").';

/**
 * Reads the certificate; files anew at every call, so that a rotated one is used at the next login.
 *
 * @throws BetfairConfigurationError a file cannot be read
 */
export async function loadClientCertificate(source: ClientCertificate): Promise<TlsCredentials> {
  const passphrase = source.passphrase === undefined ? {} : { passphrase: source.passphrase };
  if ('pfx' in source) return { pfx: await bytes(source.pfx), ...passphrase };
  if ('pem' in source) {
    const pem = await bytes(source.pem);
    return { cert: pem, key: pem, ...passphrase };
  }
  const [cert, key] = await Promise.all([bytes(source.cert), bytes(source.key)]);
  return { cert, key, ...passphrase };
}

/** Finds what would otherwise surface as an opaque TLS error at the first login. */
export async function checkClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateCheck> {
  try {
    const credentials = await loadClientCertificate(source);
    return 'pfx' in credentials ? checkPfx(credentials, now) : checkPem(credentials, now);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return { faults: error.faults };
    throw error;
  }
}

/**
 * The bytes that only the holder of the private key has.
 *
 * @throws BetfairConfigurationError the key cannot be read any more, such as in the middle of a rotation
 */
export function privateKeyBytes(credentials: TlsCredentials): Buffer {
  if ('pfx' in credentials) return credentials.pfx;
  try {
    return privateKey(credentials).export({ type: 'pkcs8', format: 'der' });
  } catch (error) {
    throw new BetfairConfigurationError(unreadableKey(credentials.key), {
      cause: safeCause(error),
    });
  }
}

function checkPem(
  credentials: Exclude<TlsCredentials, { pfx: Buffer }>,
  now: Date,
): CertificateCheck {
  const faults: string[] = [];
  let certificate: X509Certificate | undefined;
  let key: KeyObject | undefined;
  try {
    certificate = new X509Certificate(credentials.cert);
  } catch {
    faults.push(
      `certificate.cert is not a PEM certificate (it starts with "-----BEGIN CERTIFICATE-----"). ${MAKE_ONE}`,
    );
  }
  try {
    key = privateKey(credentials);
  } catch {
    faults.push(unreadableKey(credentials.key));
  }
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    faults.push(
      'certificate.key does not belong to certificate.cert. Take both from the same openssl run.',
    );
  }
  return certificate ? checkValidity(certificate, now, faults) : { faults };
}

function checkPfx(
  { pfx, passphrase }: { pfx: Buffer; passphrase?: string },
  now: Date,
): CertificateCheck {
  try {
    const secureContext = createSecureContext({
      pfx,
      ...(passphrase !== undefined && { passphrase }),
    });
    // A socket that is never connected: the only public way to see the certificate inside a PFX.
    const socket = new TLSSocket(new Duplex(), { secureContext, isServer: true });
    const certificate = socket.getX509Certificate();
    socket.destroy();
    return certificate
      ? checkValidity(certificate, now, [])
      : { faults: ['certificate.pfx holds no certificate.'] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    if (reason.includes('mac verify')) {
      return { faults: ['certificate.passphrase is missing or does not open certificate.pfx.'] };
    }
    if (reason.includes('unsupported') || reason.includes('Unsupported')) {
      return {
        faults: [
          'certificate.pfx uses an old encryption that OpenSSL 3 refuses. Convert it: openssl pkcs12 -legacy -in old.p12 -nodes -out client.pem, and give it as certificate.pem.',
        ],
      };
    }
    return { faults: [`certificate.pfx is not a PKCS #12 file (.p12, .pfx). ${MAKE_ONE}`] };
  }
}

function checkValidity(certificate: X509Certificate, now: Date, found: string[]): CertificateCheck {
  const faults = [...found];
  const validFrom = new Date(certificate.validFrom);
  const validTo = new Date(certificate.validTo);
  if (validTo < now) {
    faults.push(
      `certificate: it expired on ${validTo.toISOString()}. Make a new one and upload it to the Betfair account.`,
    );
  }
  if (validFrom > now) {
    faults.push(
      `certificate: it is valid only from ${validFrom.toISOString()}. Check the clock of this machine.`,
    );
  }
  const usages: readonly string[] | undefined = certificate.keyUsage;
  if (usages !== undefined && !usages.includes(CLIENT_AUTH)) {
    faults.push(
      `certificate: its extended key usage does not allow client authentication ("clientAuth"). ${MAKE_ONE}`,
    );
  }
  return { faults, validTo };
}

function unreadableKey(key: Buffer): string {
  return key.includes('ENCRYPTED')
    ? 'certificate.key is encrypted and certificate.passphrase is missing or wrong.'
    : 'certificate.key is not a PEM private key (it starts with "-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----").';
}

function privateKey({ key, passphrase }: { key: Buffer; passphrase?: string }): KeyObject {
  return createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
}

async function bytes(source: string | Buffer | { readonly file: string }): Promise<Buffer> {
  if (typeof source === 'string') return Buffer.from(source);
  if (Buffer.isBuffer(source)) return source;
  try {
    return await readFile(source.file);
  } catch (error) {
    const cause = safeCause(error);
    throw new BetfairConfigurationError(
      `certificate: the file "${source.file}" cannot be read (${cause.message}). Check the path, which counts from the working directory, and its permissions.`,
      { cause },
    );
  }
}
