import { execFile, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkClientCertificateNow } from '../../../lib/identity/certificate/client-certificate.js';
import {
  type PemPair,
  writeCertificate,
  writeClientCertificate,
} from '../../../lib/identity/certificate/certificate.writer.js';
import { BetfairSimulator } from '../../../lib/testing/index.js';
import { hasOpenssl } from '../support/certificates.js';

const DAY_MS = 86_400_000;
const itWithOpenssl = hasOpenssl ? it : it.skip;

/** Checks a server as strictly as Python 3.13 does unless it is told otherwise. */
const PYTHON_CLIENT = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain(sys.argv[2], sys.argv[3])
for host in ('127.0.0.1', 'localhost'):
    with socket.create_connection(('127.0.0.1', int(sys.argv[4]))) as plain:
        with context.wrap_socket(plain, server_hostname=host) as secure:
            print(secure.version())
`;
const hasPython = spawnSync('python3', ['-c', 'import ssl']).status === 0;
if (!hasPython) console.warn('Python has not checked the certificates: python3 is not installed.');
const itWithPython = hasPython ? it : it.skip;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'writer-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** The paths of files with these texts. */
function filesOf(texts: Record<string, string>): Promise<string[]> {
  return Promise.all(
    Object.entries(texts).map(async ([name, text]) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    }),
  );
}

async function openssl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('openssl', args);
  return stdout;
}

function isPair({ cert, key }: PemPair): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

describe('writeClientCertificate', () => {
  it('makes a key and its certificate, which the start-up check takes', async () => {
    const pair = await writeClientCertificate('Zoë’s bot');
    const certificate = new X509Certificate(pair.cert);

    expect(isPair(pair)).toBe(true);
    expect(certificate.subject).toBe('CN=Zoë’s bot');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(365 * DAY_MS);
    expect(checkClientCertificateNow(pair, new Date()).faults).toEqual([]);
  });

  itWithOpenssl('has the extensions of Betfair’s instructions', async () => {
    const [file = ''] = await filesOf({ 'client.crt': (await writeClientCertificate('bot')).cert });
    const text = await openssl('x509', '-in', file, '-noout', '-text');
    for (const line of [
      /Version: 3/,
      /Signature Algorithm: sha256WithRSAEncryption/,
      /Public-Key: \(2048 bit\)/,
      /X509v3 Basic Constraints: *\n +CA:FALSE/,
      /Netscape Cert Type: *\n +SSL Client\n/,
      /X509v3 Key Usage: *\n +Digital Signature, Key Encipherment\n/,
      /X509v3 Extended Key Usage: *\n +TLS Web Client Authentication\n/,
    ]) {
      expect(text).toMatch(line);
    }
  });

  itWithOpenssl('is a client for openssl, and no server', async () => {
    const [file = ''] = await filesOf({ 'client.crt': (await writeClientCertificate('bot')).cert });
    const verify = (purpose: string) =>
      openssl('verify', '-purpose', purpose, '-CAfile', file, file);
    expect(await verify('sslclient')).toBe(`${file}: OK\n`);
    await expect(verify('sslserver')).rejects.toThrow('certificate purpose');
  });
});

describe('writeCertificate', () => {
  itWithOpenssl('writes DER that comes out of openssl as it went in', async () => {
    for (const keyType of ['rsa', 'ec'] as const) {
      const { cert } = await writeCertificate({
        commonName: 'x'.repeat(200),
        keyType,
        extensions: [],
      });
      const [file = ''] = await filesOf({ 'any.crt': cert });
      expect(await openssl('x509', '-in', file)).toBe(cert);
    }
  });

  it('writes times of any century', async () => {
    const from = new Date('1949-12-31T23:59:59Z');
    const to = new Date('2050-01-01T00:00:00Z');
    const { cert } = await writeCertificate({
      commonName: 'old',
      keyType: 'ec',
      extensions: [],
      from,
      to,
    });
    const { validFrom, validTo } = new X509Certificate(cert);
    expect([Date.parse(validFrom), Date.parse(validTo)]).toEqual([from.getTime(), to.getTime()]);
  });

  it('gives no two certificates the same serial number', async () => {
    const serials = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { cert } = await writeCertificate({ commonName: 'x', keyType: 'ec', extensions: [] });
        return new X509Certificate(cert).serialNumber;
      }),
    );
    expect(new Set(serials).size).toBe(20);
  });
});

describe('the certificates of the simulator', () => {
  let simulator: BetfairSimulator;

  beforeAll(async () => {
    simulator = await BetfairSimulator.start();
  });

  afterAll(() => simulator.stop());

  itWithOpenssl('are taken by openssl to the letter of RFC 5280', async () => {
    const [ca = ''] = await filesOf({ 'ca.crt': simulator.ca });
    const { host } = new URL(simulator.url);
    const printed = await promisify(execFile)('sh', [
      '-c',
      `openssl s_client -connect ${host} -CAfile "${ca}" -x509_strict -verify_return_error \
        -verify_hostname localhost -purpose sslserver < /dev/null 2>&1`,
    ]);
    expect(printed.stdout).toContain('Verify return code: 0 (ok)');
  });

  itWithPython('are taken by Python’s strict check', async () => {
    const { certificate, endpoints } = simulator.options();
    const files = await filesOf({
      'ca.crt': simulator.ca,
      'client.crt': certificate.cert,
      'client.key': certificate.key,
    });
    const { port } = new URL(endpoints.certLogin);
    const { stdout } = await promisify(execFile)('python3', ['-c', PYTHON_CLIENT, ...files, port]);
    expect(stdout).toBe('TLSv1.3\nTLSv1.3\n');
  });
});
