import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import {
  BetfairConfigurationError,
  BetfairSessionModule,
  type BetfairSessionOptions,
  betfairSessionOptionsFromEnv,
} from 'nestjs-betfair-session';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { makeCertificate } from '../identity/support/certificates.js';
import { closeApplications, createSessions, RecordingLogger } from '../support/application.js';

const ACCOUNT = {
  BETFAIR_USERNAME: 'punter',
  BETFAIR_PASSWORD: 'canary password',
  BETFAIR_APP_KEY: 'canaryKey',
};
const FILES = { BETFAIR_CERT_FILE: 'client.crt', BETFAIR_KEY_FILE: 'client.key' };
const HOST = 'https://127.0.0.1:8443';
const INTERACTIVE = { BETFAIR_LOGIN: 'interactive' };
const PEM = String.raw`-----BEGIN X-----\nabc\n-----END X-----\n`;
const UNESCAPED = '-----BEGIN X-----\nabc\n-----END X-----\n';

/** What is set; the rest is `undefined`, as if left out. */
function read(
  env: Record<string, string | undefined>,
  prefix?: string,
): Partial<BetfairSessionOptions> {
  const options = betfairSessionOptionsFromEnv(env, { prefix });
  return JSON.parse(JSON.stringify(options));
}

function faultsOf(env: Record<string, string | undefined>, prefix?: string): readonly string[] {
  try {
    betfairSessionOptionsFromEnv(env, { prefix });
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('betfairSessionOptionsFromEnv', () => {
  it('reads user name, password, application key and certificate files, and sets nothing else', () => {
    expect(read({ ...ACCOUNT, ...FILES, BETFAIR_OTHER: 'x', USERNAME: 'y' })).toEqual({
      username: 'punter',
      password: 'canary password',
      applicationKey: 'canaryKey',
      certificate: { cert: { file: 'client.crt' }, key: { file: 'client.key' } },
    });
  });

  it.each([
    ['BETFAIR_JURISDICTION', 'italy', { jurisdiction: 'italy' }],
    ['BETFAIR_STORAGE', 'file:./here', { storage: 'file:./here' }],
    ['BETFAIR_SESSION_KEY', 'session.token', { sessionKey: 'session.token' }],
    ['BETFAIR_PERSISTENCE', 'required', { persistence: 'required' }],
    ['BETFAIR_PERSISTENCE', 'best-effort', { persistence: 'best-effort' }],
    ['BETFAIR_KEEP_ALIVE', 'true', { keepAlive: true }],
    ['BETFAIR_KEEP_ALIVE', 'false', { keepAlive: false }],
    ['BETFAIR_KEEP_ALIVE', '60000', { keepAlive: { interval: 60_000 } }],
    ['BETFAIR_KEEP_ALIVE', '600000', { keepAlive: { interval: 600_000 } }],
    ['BETFAIR_LOGIN', 'certificate', {}],
    ['BETFAIR_ENDPOINT_CERT_LOGIN', `${HOST}/c`, { endpoints: { certLogin: `${HOST}/c` } }],
    ['BETFAIR_ENDPOINT_LOGIN', `${HOST}/l`, { endpoints: { login: `${HOST}/l` } }],
    ['BETFAIR_ENDPOINT_KEEP_ALIVE', `${HOST}/k`, { endpoints: { keepAlive: `${HOST}/k` } }],
    ['BETFAIR_ENDPOINT_LOGOUT', `${HOST}/o`, { endpoints: { logout: `${HOST}/o` } }],
    ['BETFAIR_ENDPOINT_API', HOST, { endpoints: { api: HOST } }],
    ['BETFAIR_ENDPOINT_STREAM', 'x.test:443', { endpoints: { stream: 'x.test:443' } }],
    ['BETFAIR_ENDPOINT_STREAM', '[::1]:8445', { endpoints: { stream: '[::1]:8445' } }],
  ])('reads %s=%s', (variable, value, option) => {
    const plain = read({ ...ACCOUNT, ...FILES });
    expect(read({ ...ACCOUNT, ...FILES, [variable]: value })).toEqual({ ...plain, ...option });
  });

  it.each([
    [
      { BETFAIR_CERT: PEM, BETFAIR_KEY: UNESCAPED },
      { cert: UNESCAPED, key: UNESCAPED },
    ],
    [
      { BETFAIR_CERT: PEM, BETFAIR_KEY_FILE: 'k', BETFAIR_PASSPHRASE: 'open' },
      { cert: UNESCAPED, key: { file: 'k' }, passphrase: 'open' },
    ],
    [{ BETFAIR_PEM: PEM }, { pem: UNESCAPED }],
    [
      { BETFAIR_PEM_FILE: 'p', BETFAIR_PASSPHRASE: 'open' },
      { pem: { file: 'p' }, passphrase: 'open' },
    ],
    [{ BETFAIR_PFX_FILE: 'c.p12' }, { pfx: { file: 'c.p12' } }],
  ])('reads the certificate from %j', (variables, certificate) => {
    expect(read({ ...ACCOUNT, ...variables }).certificate).toEqual(certificate);
  });

  it.each([
    ['one line', (base64: string) => base64],
    ['lines, as the program base64 writes', (base64: string) => base64.replace(/.{4}/g, '$&\n')],
  ])('reads a PFX in base64 in %s', (_, write) => {
    const bytes = Buffer.from([0x30, 0x82, 0xff, 0xfe, 0x00, 0x7f]);
    const options = betfairSessionOptionsFromEnv({
      ...ACCOUNT,
      BETFAIR_PFX: write(bytes.toString('base64')),
      BETFAIR_PASSPHRASE: 'open',
    });
    expect(options.certificate).toEqual({ pfx: bytes, passphrase: 'open' });
  });

  it('leaves the certificate out for BETFAIR_LOGIN=interactive', () => {
    const options = read({ ...ACCOUNT, ...FILES, BETFAIR_LOGIN: 'interactive' });
    expect(options).toMatchObject({ login: 'interactive', username: 'punter' });
    expect(options).not.toHaveProperty('certificate');
  });

  it('takes an empty variable for one that is not set', () => {
    const empty = {
      BETFAIR_CERT: '',
      BETFAIR_PEM: '',
      BETFAIR_PEM_FILE: '',
      BETFAIR_PFX: '',
      BETFAIR_PFX_FILE: '',
      BETFAIR_PASSPHRASE: '',
      BETFAIR_LOGIN: '',
      BETFAIR_JURISDICTION: '',
      BETFAIR_STORAGE: '',
      BETFAIR_SESSION_KEY: '',
      BETFAIR_PERSISTENCE: '',
      BETFAIR_KEEP_ALIVE: '',
      BETFAIR_ENDPOINT_CERT_LOGIN: '',
      BETFAIR_ENDPOINT_LOGIN: '',
      BETFAIR_ENDPOINT_KEEP_ALIVE: '',
      BETFAIR_ENDPOINT_LOGOUT: '',
      BETFAIR_ENDPOINT_API: '',
      BETFAIR_CA_FILE: '',
    };
    expect(read({ ...ACCOUNT, ...FILES, ...empty })).toEqual(read({ ...ACCOUNT, ...FILES }));
    expect(faultsOf({ ...ACCOUNT, ...INTERACTIVE, BETFAIR_PASSWORD: '' })).toEqual([
      'BETFAIR_PASSWORD: set this environment variable.',
    ]);
  });

  it('reads another prefix, and names it in the faults', () => {
    const env = {
      IT_USERNAME: 'u',
      IT_PASSWORD: 'p',
      IT_APP_KEY: 'k',
      IT_PEM_FILE: 'f',
      ...ACCOUNT,
    };
    expect(read(env, 'IT_')).toMatchObject({ username: 'u', certificate: { pem: { file: 'f' } } });
    expect(faultsOf({}, 'IT_')).toEqual([
      expect.stringMatching(/^IT_USERNAME:/),
      expect.stringMatching(/^IT_PASSWORD:/),
      expect.stringMatching(/^IT_APP_KEY:/),
      expect.stringMatching(
        /^set IT_CERT_FILE and IT_KEY_FILE .*IT_PEM_FILE.*IT_PFX_FILE.*IT_LOGIN/,
      ),
    ]);
  });

  it('names every fault at once, by the names of variables and never by what they hold', () => {
    const canary = 'canary4711';
    const faults = faultsOf({
      BETFAIR_PASSWORD: canary,
      BETFAIR_JURISDICTION: canary,
      BETFAIR_LOGIN: canary,
      BETFAIR_PERSISTENCE: canary,
      BETFAIR_KEEP_ALIVE: canary,
      BETFAIR_KEY: canary,
      BETFAIR_PASSPHRASE: canary,
    });
    expect(faults.map((fault) => /BETFAIR_[A-Z_]+/.exec(fault)?.[0] ?? fault).toSorted()).toEqual([
      'BETFAIR_APP_KEY',
      'BETFAIR_CERT_FILE',
      'BETFAIR_JURISDICTION',
      'BETFAIR_KEEP_ALIVE',
      'BETFAIR_LOGIN',
      'BETFAIR_PERSISTENCE',
      'BETFAIR_USERNAME',
    ]);
    expect(faults.join()).not.toContain(canary);
  });

  it.each(['0', '-5', '1.5', 'yes', '10s', ' 1', 'TRUE'])(
    'refuses BETFAIR_KEEP_ALIVE=%j',
    (value) => {
      expect(faultsOf({ ...ACCOUNT, ...INTERACTIVE, BETFAIR_KEEP_ALIVE: value })).toEqual([
        expect.stringMatching(
          /^BETFAIR_KEEP_ALIVE: must be true, false or a number of milliseconds/,
        ),
      ]);
    },
  );

  it.each(['1', '900', '59999'])(
    'refuses BETFAIR_KEEP_ALIVE=%s, which was meant in another unit, together with all other faults',
    (value) => {
      expect(faultsOf({ ...ACCOUNT, ...INTERACTIVE, BETFAIR_KEEP_ALIVE: value })).toEqual([
        'BETFAIR_KEEP_ALIVE: this is in milliseconds. Set it to at least 60000 (1 minute).',
      ]);
      expect(faultsOf({ IT_LOGIN: 'interactive', IT_KEEP_ALIVE: value }, 'IT_')).toEqual([
        expect.stringMatching(/^IT_USERNAME/),
        expect.stringMatching(/^IT_PASSWORD/),
        expect.stringMatching(/^IT_APP_KEY/),
        expect.stringMatching(/^IT_KEEP_ALIVE: this is in milliseconds/),
      ]);
    },
  );

  describe('BETFAIR_CA_FILE', () => {
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ca-'));
    });

    afterAll(() => rm(folder, { recursive: true }));

    const write = async (name: string, text: string) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    };

    it('is read at once, all certificates of it', async () => {
      const pairs = [await makeCertificate(), await makeCertificate()];
      const text = `# The company\n${pairs.map(({ cert }) => cert).join('# Its proxy\n')}`;
      const env = { ...INTERACTIVE, ...ACCOUNT, BETFAIR_CA_FILE: await write('ca.pem', text) };
      expect(read(env)).toMatchObject({ ca: text });
    });

    it.each([
      [
        'is not there',
        () => join(folder, 'none.pem'),
        /: the file ".*none\.pem" cannot be read \(ENOENT\)\. There is no such file/,
      ],
      [
        'is a folder',
        () => folder,
        /: the file ".*" cannot be read \(EISDIR\)\. It is a directory/,
      ],
      ['is a device', () => '/dev/null', /: "\/dev\/null" is a pipe or a device, not a file/],
      [
        'holds a key',
        async () => write('key.pem', (await makeCertificate()).key),
        /: the file ".*key\.pem" must hold PEM certificates/,
      ],
      [
        'is cut off',
        async () => write('cut.pem', (await makeCertificate()).cert.slice(0, 300)),
        /: the file ".*cut\.pem" must hold PEM certificates/,
      ],
      [
        'is the certificate itself',
        async () => (await makeCertificate()).cert,
        / holds the text of a PEM, not a path\. Give the path of the file/,
      ],
      [
        'has a line break',
        () => '/ca.pem\n',
        / has a line break before or after the path\. Give the path/,
      ],
    ])('is refused by its name if it %s', async (_, path, fault) => {
      const faults = faultsOf({ ...ACCOUNT, ...INTERACTIVE, BETFAIR_CA_FILE: await path() });
      expect(faults).toEqual([expect.stringMatching(fault)]);
      expect(faults[0]).toMatch(/^BETFAIR_CA_FILE/);
    });
  });

  it('names each URL and file that cannot be used, together with all other faults and with any prefix', () => {
    const env = {
      ENDPOINT_CERT_LOGIN: 'http://127.0.0.1:8444/api/certlogin',
      ENDPOINT_LOGIN: '127.0.0.1:8443',
      ENDPOINT_KEEP_ALIVE: '/api/keepAlive',
      ENDPOINT_LOGOUT: 'https://user:canary4711@127.0.0.1/api/logout',
      ENDPOINT_API: '"https://127.0.0.1:8443"',
      CA_FILE: './none.pem',
    };
    for (const prefix of ['BETFAIR_', 'BETFAIR_ITALY_']) {
      const named = Object.entries(env).map(([name, value]) => [`${prefix}${name}`, value]);
      const faults = faultsOf(
        { ...Object.fromEntries(named), [`${prefix}LOGIN`]: 'interactive' },
        prefix,
      );
      expect(faults).toEqual([
        `${prefix}USERNAME: set this environment variable.`,
        `${prefix}PASSWORD: set this environment variable.`,
        `${prefix}APP_KEY: set this environment variable.`,
        ...['CERT_LOGIN', 'LOGIN', 'KEEP_ALIVE', 'LOGOUT'].map(
          (name) =>
            `${prefix}ENDPOINT_${name}: must be a whole https: URL, without user name and password.`,
        ),
        expect.stringMatching(`^${prefix}ENDPOINT_API has quotes around it\\. Remove them`),
        expect.stringMatching(`^${prefix}CA_FILE: the file ".*none\\.pem" cannot be read`),
      ]);
      expect(faults.join()).not.toContain('canary4711');
    }
  });

  it('reads the environment of the process when it is given none', () => {
    const before = { ...process.env };
    try {
      Object.assign(process.env, ACCOUNT, FILES);
      expect(betfairSessionOptionsFromEnv()).toMatchObject({ username: 'punter' });
    } finally {
      for (const name of Object.keys({ ...ACCOUNT, ...FILES })) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it('has its variable named by a module that finds the interval too long for the lifetime', async () => {
    const before = { ...process.env };
    const variables = {
      ...ACCOUNT,
      BETFAIR_LOGIN: 'interactive',
      BETFAIR_JURISDICTION: 'spain',
      BETFAIR_KEEP_ALIVE: '1080001',
    };
    try {
      Object.assign(process.env, variables);
      const account = BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider());
      const module = Test.createTestingModule({ imports: [account] });
      await expect(module.setLogger(new RecordingLogger()).compile()).rejects.toMatchObject({
        faults: [
          expect.stringMatching(
            /^BETFAIR_KEEP_ALIVE: this is in milliseconds\. Set it to at most 1080000 \(0\.9 of /,
          ),
        ],
      });
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });

  it.each([
    ['BETFAIR_', undefined],
    ['BETFAIR_SECOND_ONE_', 'second-one'],
  ])('gives options that log in at the endpoints of %s*', async (prefix, name) => {
    const simulator = await BetfairSimulator.start();
    const folder = await mkdtemp(join(tmpdir(), 'ca-'));
    const before = { ...process.env };
    try {
      const { username, password, applicationKey, certificate, ca, endpoints } =
        simulator.options();
      await writeFile(join(folder, 'ca.pem'), ca);
      const variables = {
        USERNAME: username,
        PASSWORD: password,
        APP_KEY: applicationKey,
        CERT: certificate.cert.replaceAll(/\r?\n/g, String.raw`\n`),
        KEY: certificate.key.replaceAll(/\r?\n/g, String.raw`\n`),
        STORAGE: 'mem://',
        CA_FILE: join(folder, 'ca.pem'),
        ENDPOINT_CERT_LOGIN: endpoints.certLogin,
        ENDPOINT_LOGIN: endpoints.login,
        ENDPOINT_KEEP_ALIVE: endpoints.keepAlive,
        ENDPOINT_LOGOUT: endpoints.logout,
        ENDPOINT_API: endpoints.api,
      };
      for (const [variable, value] of Object.entries(variables)) {
        process.env[`${prefix}${variable}`] = value;
      }
      const config = name === undefined ? betfairSessionConfig : betfairSessionConfigFor(name);
      const { sessions } = await createSessions(await config());
      await sessions.getSession();
      await sessions.keepAlive();
      await sessions.call('SportsAPING/v1.0/listEventTypes');
      await sessions.logout();
      expect(simulator.counts).toEqual({
        logins: 1,
        loginAttempts: 1,
        keepAlives: 1,
        logouts: 1,
        calls: 1,
      });
    } finally {
      for (const variable of Object.keys(process.env)) {
        if (!(variable in before)) delete process.env[variable];
      }
      await closeApplications();
      await simulator.stop();
      await rm(folder, { recursive: true });
    }
  });
});
