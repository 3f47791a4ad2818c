import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { BetfairSessionOptions, ClientCertificate } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { checkClientCertificate } from '../../../lib/identity/certificate/client-certificate.js';
import { closeAccounts, createAccount } from '../../support/account.js';
import { createSessions } from '../../support/application.js';
import type { Invariants } from '../../support/invariants/invariants.js';
import {
  encrypt,
  hasOpenssl,
  makeCertificate,
  makePfx,
  type Pair,
} from '../support/certificates.js';

const PASSPHRASE = 'canary passphrase';
const NOW = new Date();
const DAY = 86_400_000;
let pair: Pair;
let folder: string;

beforeAll(async () => {
  pair = await makeCertificate();
  folder = await mkdtemp(join(tmpdir(), 'certificate-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function faultsOf(certificate: ClientCertificate): Promise<readonly string[]> {
  const { faults } = await checkClientCertificate(certificate, NOW);
  return faults;
}

function joined(...parts: string[]): string {
  return parts.join('\n');
}

async function file(name: string, content: string | Buffer): Promise<{ file: string }> {
  const path = join(folder, name);
  await writeFile(path, content);
  return { file: path };
}

describe('a client certificate that is fine', () => {
  const whole: Record<string, () => Promise<ClientCertificate> | ClientCertificate> = {
    'a pair of PEM texts': () => pair,
    'a pair of buffers': () => ({ cert: Buffer.from(pair.cert), key: Buffer.from(pair.key) }),
    'a pair of files': async () => ({
      cert: await file('a.crt', pair.cert),
      key: await file('a.key', pair.key),
    }),
    'a text and a file': async () => ({ cert: pair.cert, key: await file('b.key', pair.key) }),
    'a joined text, certificate first': () => ({ pem: joined(pair.cert, pair.key) }),
    'a joined text, key first': () => ({ pem: joined(pair.key, pair.cert) }),
    'a joined file': async () => ({ pem: await file('a.pem', joined(pair.key, pair.cert)) }),
    'a pair with an encrypted key': () => ({
      cert: pair.cert,
      key: encrypt(pair.key, PASSPHRASE),
      passphrase: PASSPHRASE,
    }),
    'a joined text with a key encrypted in the old format': () => ({
      pem: joined(pair.cert, encrypt(pair.key, PASSPHRASE, 'sec1')),
      passphrase: PASSPHRASE,
    }),
    'a passphrase that is not needed': () => ({ ...pair, passphrase: PASSPHRASE }),
  };

  it.each(Object.entries(whole))('is taken as %s, and its end is read', async (_, make) => {
    const check = await checkClientCertificate(await make(), NOW);
    expect(check).toEqual({
      faults: [],
      validTo: new Date(new X509Certificate(pair.cert).validTo),
    });
  });

  it('is taken from its first moment to its last', async () => {
    const { validFrom, validTo } = new X509Certificate(pair.cert);
    for (const moment of [validFrom, validTo]) {
      expect(await checkClientCertificate(pair, new Date(moment))).toMatchObject({ faults: [] });
    }
  });

  it('is taken without any extended key usage', async () => {
    expect(await faultsOf(await makeCertificate({ purposes: [] }))).toEqual([]);
  });

  (hasOpenssl ? it : it.skip)('is taken as PFX, as bytes and as a file', async () => {
    const pfx = makePfx(pair, PASSPHRASE);
    const validTo = new Date(new X509Certificate(pair.cert).validTo);
    for (const source of [pfx, await file('a.p12', pfx)]) {
      const check = await checkClientCertificate({ pfx: source, passphrase: PASSPHRASE }, NOW);
      expect(check).toEqual({ faults: [], validTo });
    }
  });
});

describe('a client certificate that is not', () => {
  const broken: Record<string, [() => Promise<ClientCertificate> | ClientCertificate, RegExp]> = {
    'has the key of another certificate': [
      async () => ({ cert: pair.cert, key: (await makeCertificate()).key }),
      /^certificate\.key does not belong to certificate\.cert\./,
    ],
    'is joined with the key of another': [
      async () => ({ pem: joined(pair.cert, (await makeCertificate()).key) }),
      /^certificate\.pem holds a private key that does not belong/,
    ],
    'has expired': [
      () => makeCertificate({ from: new Date('2020-01-01Z'), to: new Date('2021-01-01Z') }),
      /^certificate\.cert expired on 2021-01-01T00:00:00\.000Z.*upload/,
    ],
    'is not valid yet': [
      () => makeCertificate({ from: new Date('2045-01-01Z'), to: new Date('2046-01-01Z') }),
      /valid only from 2045-01-01T00:00:00\.000Z.*clock/,
    ],
    'is for servers only': [
      () => makeCertificate({ purposes: ['serverAuth'] }),
      /does not allow client authentication \("clientAuth"\)/,
    ],
    'has certificate and key swapped': [
      () => ({ cert: pair.key, key: pair.cert }),
      /certificate\.cert holds a private key and certificate\.key a certificate: swap them/,
    ],
    'has everything in one text, but not the key where it is looked for': [
      () => ({ cert: joined(pair.cert, pair.key), key: pair.cert }),
      /^certificate\.key holds a certificate and no private key/,
    ],
    'is followed by a damaged certificate of an authority': [
      () => ({
        cert: joined(pair.cert, pair.cert.replace(/\n(.{8})/, '\nAAAAAAAA')),
        key: pair.key,
      }),
      /^certificate\.cert is refused by TLS \(.+\)\. Look for a damaged/,
    ],
    'has garbage for a certificate': [
      () => ({ cert: 'garbage', key: pair.key }),
      /^certificate\.cert holds no PEM certificate/,
    ],
    'has a damaged certificate': [
      () => ({ cert: pair.cert.replace(/\n(.{8})/, '\nAAAAAAAA'), key: pair.key }),
      /^certificate\.cert holds a damaged certificate/,
    ],
    'is in DER, which TLS does not take': [
      () => ({ cert: new X509Certificate(pair.cert).raw, key: pair.key }),
      /^certificate\.cert is in DER, the binary form\. Convert it: openssl x509 /,
    ],
    'has garbage for a key': [
      () => ({ cert: pair.cert, key: 'garbage' }),
      /^certificate\.key holds no PEM private key/,
    ],
    'is a joined text without a key': [
      () => ({ pem: pair.cert }),
      /^certificate\.pem holds a certificate and no private key\. Join both/,
    ],
    'is a joined text without a certificate': [
      () => ({ pem: pair.key }),
      /^certificate\.pem holds a private key and no certificate\. Join both/,
    ],
    'is a file that is not there': [
      () => ({ cert: { file: '/no/such/client.crt' }, key: pair.key }),
      /the file "\/no\/such\/client\.crt" cannot be read \(ENOENT\)\. There is no such file/,
    ],
    'is a directory': [() => ({ pem: { file: folder } }), /cannot be read \(EISDIR/],
    'lacks the passphrase of its key': [
      () => ({ cert: pair.cert, key: encrypt(pair.key, PASSPHRASE) }),
      /^certificate\.key holds an encrypted private key, and certificate\.passphrase is missing\./,
    ],
    'has a wrong passphrase': [
      () => ({ cert: pair.cert, key: encrypt(pair.key, PASSPHRASE), passphrase: 'wrong' }),
      /^certificate\.key holds an encrypted private key that certificate\.passphrase does not open/,
    ],
    'lacks the passphrase of a key in the old format': [
      () => ({ pem: joined(pair.cert, encrypt(pair.key, PASSPHRASE, 'sec1')) }),
      /^certificate\.pem holds an encrypted private key/,
    ],
    'is a PFX that is none': [
      () => ({ pfx: Buffer.from('garbage') }),
      /^certificate\.pfx is not a PKCS #12 file .* openssl pkcs12 -export/,
    ],
    'is an empty PFX': [() => ({ pfx: Buffer.alloc(0) }), /^certificate\.pfx is empty/],
    'is PEM given as PFX': [
      () => ({ pfx: Buffer.from(pair.cert) }),
      /^certificate\.pfx is the text of a PEM, not a PKCS #12 file/,
    ],
  };

  it.each(Object.entries(broken))('%s is refused for that alone', async (_, [make, message]) => {
    expect(await faultsOf(await make())).toEqual([expect.stringMatching(message)]);
  });

  it('has every fault named at once', async () => {
    const faults = await faultsOf({
      ...(await makeCertificate({
        from: new Date(NOW.getTime() - 2 * DAY),
        to: new Date(NOW.getTime() - DAY),
        purposes: ['serverAuth'],
      })),
      key: 'garbage',
    });
    expect(faults).toEqual([
      expect.stringContaining('certificate.key holds no PEM private key'),
      expect.stringContaining('expired'),
      expect.stringContaining('clientAuth'),
    ]);
  });

  const pfxes: Record<string, [() => { pfx: Buffer; passphrase?: string }, RegExp]> = {
    'lacks its passphrase': [
      () => ({ pfx: makePfx(pair, PASSPHRASE) }),
      /^certificate\.pfx is protected by a passphrase, and certificate\.passphrase is missing/,
    ],
    'has a wrong passphrase': [
      () => ({ pfx: makePfx(pair, PASSPHRASE), passphrase: 'wrong' }),
      /^certificate\.pfx cannot be opened with certificate\.passphrase, or is damaged/,
    ],
    'is damaged': [
      () => {
        const pfx = makePfx(pair, PASSPHRASE);
        pfx.writeUInt8(pfx.readUInt8(pfx.length >> 1) ^ 0xff, pfx.length >> 1);
        return { pfx, passphrase: PASSPHRASE };
      },
      /^certificate\.pfx cannot be opened with certificate\.passphrase, or is damaged/,
    ],
    'is cut short': [
      () => {
        const pfx = makePfx(pair, PASSPHRASE);
        return { pfx: pfx.subarray(0, pfx.length >> 1), passphrase: PASSPHRASE };
      },
      /^certificate\.pfx is not a complete PKCS #12 file/,
    ],
    'has no private key': [
      () => ({ pfx: makePfx({ cert: pair.cert }, PASSPHRASE), passphrase: PASSPHRASE }),
      /^certificate\.pfx holds no private key/,
    ],
    'has no certificate': [
      () => ({ pfx: makePfx({ key: pair.key }, PASSPHRASE), passphrase: PASSPHRASE }),
      /^certificate\.pfx holds no certificate/,
    ],
    'uses an encryption that OpenSSL 3 refuses': [
      () => ({ pfx: makePfx(pair, PASSPHRASE, '-legacy'), passphrase: PASSPHRASE }),
      /old encryption.*openssl pkcs12 -legacy/,
    ],
  };

  (hasOpenssl ? it : it.skip).each(Object.entries(pfxes))(
    'as a PFX %s is refused for that alone',
    async (_, [make, message]) => {
      expect(await faultsOf(make())).toEqual([expect.stringMatching(message)]);
    },
  );

  (hasOpenssl ? it : it.skip)('as a PFX has its dates and its usage looked at too', async () => {
    const stale = await makeCertificate({
      from: new Date('2020-01-01Z'),
      to: new Date('2021-01-01Z'),
      purposes: ['serverAuth'],
    });
    expect(await faultsOf({ pfx: makePfx(stale, 'x'), passphrase: 'x' })).toEqual([
      expect.stringContaining('expired on 2021'),
      expect.stringContaining('clientAuth'),
    ]);
  });
});

describe('a login with the certificate', () => {
  let simulator: BetfairSimulator;
  let invariants: Invariants;

  beforeEach(async () => {
    ({ simulator, invariants } = await createAccount());
  });

  afterEach(closeAccounts);

  function open(options: BetfairSessionOptions) {
    return createSessions(options, { invariants });
  }

  async function logIn(certificate: ClientCertificate): Promise<void> {
    const { sessions } = await open({ ...simulator.options(), certificate });
    await sessions.getSession();
  }

  it('succeeds with a joined PEM and an encrypted key', async () => {
    const { cert, key } = simulator.account().certificate;
    const encrypted = encrypt(key, PASSPHRASE);
    await logIn({ pem: joined(cert, encrypted), passphrase: PASSPHRASE });
    await logIn({ cert: Buffer.from(cert), key: Buffer.from(encrypted), passphrase: PASSPHRASE });
    expect(simulator.counts.logins).toBe(2);
  });

  (hasOpenssl ? it : it.skip)('succeeds with a PFX', async () => {
    const pfx = makePfx(simulator.account().certificate, PASSPHRASE);
    await logIn({ pfx, passphrase: PASSPHRASE });
    await logIn({ pfx: await file('login.p12', pfx), passphrase: PASSPHRASE });
    expect(simulator.counts.logins).toBe(2);
  });

  it('uses files as they are at that moment, so that a rotated certificate counts at the next', async () => {
    const before = simulator.account().certificate;
    const [cert, key] = [await file('r.crt', before.cert), await file('r.key', before.key)];
    const { sessions } = await open({
      ...simulator.options(),
      certificate: { cert, key },
    });
    const first = await sessions.getSession();

    const after = await makeCertificate();
    simulator.account().certificate = after;
    await rename((await file('new.crt', after.cert)).file, cert.file);
    await rename((await file('new.key', after.key)).file, key.file);
    simulator.endSessions();
    const second = await sessions.refresh(first);
    expect(second.token).not.toBe(first.token);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  it('fails with the name of the file that is gone, without an attempt', async () => {
    const { cert, key } = simulator.account().certificate;
    const gone = await file('gone.key', key);
    const { sessions } = await open({
      ...simulator.options(),
      certificate: { cert, key: gone },
    });
    await rm(gone.file);
    const failure: unknown = await sessions.getSession().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringMatching(/gone\.key" cannot be read \(ENOENT/),
      cause: { code: 'ENOENT' },
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it('fails with the fault of a key that is being replaced, without an attempt', async () => {
    const { cert, key } = simulator.account().certificate;
    const rotated = await file('rotated.key', key);
    const { sessions } = await createSessions({
      ...simulator.options(),
      certificate: { cert, key: rotated },
    });
    await writeFile(rotated.file, key.slice(0, key.length >> 1));
    const failure: unknown = await sessions.getSession().catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringContaining('rotated.key") is cut off'),
    });
    expect(simulator.counts.loginAttempts).toBe(0);
    await file('rotated.key', key);
    // Not after the pause that follows a failure.
    await sessions.unblockLogin();
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  });

  it('lets no passphrase and no key into the error at start-up', async () => {
    const { key } = await makeCertificate();
    const certificate = {
      cert: pair.cert,
      key: encrypt(key, PASSPHRASE),
      passphrase: `not ${PASSPHRASE}`,
    };
    const failure: unknown = await logIn(certificate).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    const shown = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure);
    expect(shown).not.toContain(PASSPHRASE);
    expect(shown).not.toContain(certificate.key.split('\n')[1]);
  });
});
