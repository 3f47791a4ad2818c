import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { hasOpenssl } from '../../identity/support/certificates.js';
import { cleanUp, emptyFolder, type Variables } from './support/command.js';
import { healthyWorld, runIn } from './support/world.js';

const ifOpenssl = hasOpenssl ? it : it.skip;
const DAY_MS = 86_400_000;
const PASSPHRASE = 'gehëim & sicher €';

let simulator: BetfairSimulator;
let folder: string;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});

beforeEach(async () => {
  folder = await emptyFolder();
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

const make = (args: readonly string[] = [], variables: Variables = {}) =>
  runIn({ folder, variables }, 'certificate', ...args);
const read = (name: string) => readFile(join(folder, name), 'utf8');
const modeOf = async (name: string) => (await stat(join(folder, name))).mode & 0o777;
const openssl = (...args: readonly string[]) => execFileSync('openssl', args).toString();

/** Logs in at the simulator with the variables that `certificate` named. */
async function logIn(printed: string, more: Variables): Promise<number> {
  const { variables } = await healthyWorld(simulator);
  const named = Array.from(printed.matchAll(/^ {2}(BETFAIR_\w+_FILE)=(.*)$/gm));
  const files = Object.fromEntries(named.map(([, name = '', path]) => [name, path]));
  const rest = { ...variables, BETFAIR_CERT_FILE: undefined, BETFAIR_KEY_FILE: undefined };
  const options = betfairSessionOptionsFromEnv({ ...rest, ...files, ...more });
  const { logins } = simulator.counts;
  const sessions = await SessionService.create(options);
  await sessions.getSession();
  await sessions.close();
  return simulator.counts.logins - logins;
}

describe('certificate', () => {
  it('makes a certificate and a key that log in, once the certificate is uploaded', async () => {
    const { code, stdout, stderr } = await make();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Upload client.crt to the account');
    expect((await readdir(folder)).toSorted()).toEqual(['client.crt', 'client.key']);
    expect([await modeOf('client.crt'), await modeOf('client.key')]).toEqual([0o644, 0o600]);
    const [cert, key] = [await read('client.crt'), await read('client.key')];
    const certificate = new X509Certificate(cert);
    expect(certificate.checkPrivateKey(createPrivateKey(key))).toBe(true);
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / DAY_MS;
    expect(days).toBe(365);
    simulator.account().certificate = { cert, key };
    expect(await logIn(stdout, {})).toBe(1);
  });

  ifOpenssl('has what Betfair asks for, by the word of openssl', async () => {
    await make(['--out', 'new/folder']);
    const cert = join(folder, 'new/folder/client.crt');
    expect(openssl('verify', '-purpose', 'sslclient', '-CAfile', cert, cert)).toBe(`${cert}: OK\n`);
    const text = openssl('x509', '-in', cert, '-noout', '-text');
    expect(text).toMatch(/CA:FALSE/);
    expect(text).toMatch(/Netscape Cert Type: *\n *SSL Client\n/);
    expect(text).toMatch(/Digital Signature, Key Encipherment/);
    expect(text).toMatch(/TLS Web Client Authentication/);
    expect(text).toMatch(/\(2048 bit\)/);
  });

  it('makes a PKCS #12 file that logs in, and that only its passphrase opens', async () => {
    const passphrase = { BETFAIR_PASSPHRASE: PASSPHRASE };
    const { code, stdout } = await make(['--pfx'], passphrase);
    expect(code).toBe(0);
    expect((await readdir(folder)).toSorted()).toEqual(['client.crt', 'client.p12']);
    expect(await modeOf('client.p12')).toBe(0o600);
    const pfx = await readFile(join(folder, 'client.p12'));
    expect(() => createSecureContext({ pfx, passphrase: 'other' })).toThrow('mac verify failure');
    simulator.account().certificate = { cert: await read('client.crt'), key: '' };
    expect(await logIn(stdout, passphrase)).toBe(1);
    if (!hasOpenssl) return;
    const file = ['-in', join(folder, 'client.p12'), '-passin', `pass:${PASSPHRASE}`, '-nodes'];
    expect(openssl('pkcs12', ...file)).toContain(await read('client.crt'));
  });

  it('wants a passphrase for a PKCS #12 file, and writes nothing without one', async () => {
    const { code, stderr } = await make(['--pfx']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Error: --pfx needs a passphrase/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['client.crt', []],
    ['client.key', []],
    ['client.p12', ['--pfx']],
  ])('overwrites no %s, and writes nothing beside it', async (name, args) => {
    await writeFile(join(folder, name), 'mine');
    const { code, stdout, stderr } = await make(args, { BETFAIR_PASSPHRASE: PASSPHRASE });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/exists\s+already,\s+and\s+is\s+not\s+overwritten/);
    expect(await readdir(folder)).toEqual([name]);
    expect(await read(name)).toBe('mine');
  });

  it('says why a folder cannot be used', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stderr } = await make(['--out', 'file']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot\s+be\s+written\s+\(ENOTDIR\)|exists\s+already/);
  });
});
