import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  alternativeNames,
  endEntity,
  extendedKeyUsage,
  type Purpose,
} from '../../../lib/identity/certificate/certificate.extensions.js';
import {
  type PemPair,
  writeCertificate,
} from '../../../lib/identity/certificate/certificate.writer.js';

export type Pair = PemPair;

interface Wanted {
  readonly from?: Date;
  readonly to?: Date;
  /** What it may prove; none: the certificate does not say. */
  readonly purposes?: readonly Purpose[];
  /** Names and addresses of a server. */
  readonly names?: readonly string[];
}

const DAY = 86_400_000;

/** A self-signed client certificate; elliptic, because making RSA keys is slow. */
export function makeCertificate({
  from = new Date(Date.now() - DAY),
  to = new Date(Date.now() + 365 * DAY),
  purposes = ['clientAuth'],
  names = [],
}: Wanted = {}): Promise<Pair> {
  return writeCertificate({
    commonName: 'client',
    keyType: 'ec',
    from,
    to,
    extensions: [
      endEntity(),
      ...(purposes.length > 0 ? [extendedKeyUsage(...purposes)] : []),
      ...(names.length > 0 ? [alternativeNames(...names)] : []),
    ],
  });
}

/** The key, encrypted in the format of today (PKCS #8) or of old ("Proc-Type: 4,ENCRYPTED"). */
export function encrypt(key: string, passphrase: string, type: 'pkcs8' | 'sec1' = 'pkcs8'): string {
  const options = { format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return createPrivateKey(key)
    .export({ type, ...options })
    .toString();
}

/** Whether `openssl`, the program, is here: Node reads PKCS #12 but cannot write it. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('The cases with PFX files are left out: the program openssl is not installed.');
    return false;
  }
})();

/** The key, encrypted with a cipher that OpenSSL 3 has switched off; made by the program `openssl`. */
export function encryptOld(key: string, passphrase: string): string {
  const providers = ['-provider', 'legacy', '-provider', 'default'];
  const cipher = ['-v1', 'PBE-MD5-DES', '-passout', `pass:${passphrase}`];
  const args = ['pkcs8', '-topk8', ...cipher, ...providers];
  return execFileSync('openssl', args, { input: key }).toString();
}

/** A joined PEM on a curve of one's choice, made by the program `openssl`. */
export function makeOnCurve(curve: string): string {
  const kind = ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${curve}`];
  const args = ['req', '-x509', '-nodes', ...kind, '-subj', '/CN=client', '-keyout', '-'];
  return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
}

/** PKCS #12 bytes of the pair, or of one half of it, made by the program `openssl`. */
export function makePfx(
  { cert, key }: Partial<Pair>,
  passphrase: string,
  ...more: string[]
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pfx-'));
  try {
    const input = join(folder, 'client.pem');
    const output = join(folder, 'client.p12');
    writeFileSync(input, [key, cert].join('\n'));
    const half = cert === undefined ? ['-nocerts'] : key === undefined ? ['-nokeys'] : [];
    const secret = ['-passout', `pass:${passphrase}`];
    execFileSync(
      'openssl',
      ['pkcs12', '-export', ...half, '-in', input, '-out', output, ...secret, ...more],
      { stdio: 'ignore' },
    );
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
