import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BetfairConfigurationError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { ClientCertificate } from '../options/betfair-session-options.interface.js';

/** A certificate and its private key, PEM; the same buffer where both are in one text. */
export interface PemCredentials {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly passphrase?: string | undefined;
}

/** The client certificate in the form that TLS takes it. */
export type TlsCredentials =
  PemCredentials | { readonly pfx: Buffer; readonly passphrase?: string | undefined };

/**
 * Reads the certificate; files anew at every call, so that a rotated one is used at the next login.
 *
 * @throws BetfairConfigurationError a file cannot be read
 */
export async function loadClientCertificate(source: ClientCertificate): Promise<TlsCredentials> {
  const { passphrase } = source;
  if ('pfx' in source) return { pfx: await bytes(source.pfx), passphrase };
  if ('pem' in source) {
    const pem = await bytes(source.pem);
    return { cert: pem, key: pem, passphrase };
  }
  const [cert, key] = await Promise.all([bytes(source.cert), bytes(source.key)]);
  return { cert, key, passphrase };
}

/**
 * The bytes that only the holder of the private key has.
 *
 * @throws BetfairConfigurationError the key cannot be read any more, such as in the middle of a rotation
 */
export function privateKeyBytes(credentials: TlsCredentials): Buffer {
  if ('pfx' in credentials) return credentials.pfx;
  const { key, passphrase } = credentials;
  try {
    return createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'der' });
  } catch (error) {
    throw new BetfairConfigurationError(unreadableKey(credentials), { cause: safeCause(error) });
  }
}

/** What to do about a private key that cannot be read. */
export function unreadableKey({ cert, key }: PemCredentials): string {
  const option = cert === key ? 'pem' : 'key';
  return key.includes('ENCRYPTED')
    ? `certificate.${option} holds an encrypted private key, and certificate.passphrase is missing or wrong.`
    : `certificate.${option} holds no PEM private key ("-----BEGIN PRIVATE KEY-----" or "-----BEGIN RSA PRIVATE KEY-----").`;
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
