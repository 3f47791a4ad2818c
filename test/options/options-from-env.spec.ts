import { Test } from '@nestjs/testing';
import {
  BetfairConfigurationError,
  BetfairSessionModule,
  type BetfairSessionOptions,
  betfairSessionOptionsFromEnv,
} from 'nestjs-betfair-session';
import { betfairSessionConfig } from 'nestjs-betfair-session/config';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeApplications, createSessions, RecordingLogger } from '../support/application.js';

const ACCOUNT = {
  BETFAIR_USERNAME: 'punter',
  BETFAIR_PASSWORD: 'canary password',
  BETFAIR_APP_KEY: 'canaryKey',
};
const FILES = { BETFAIR_CERT_FILE: 'client.crt', BETFAIR_KEY_FILE: 'client.key' };
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
        expect.stringMatching(/^BETFAIR_KEEP_ALIVE: it is true, false or a number of milliseconds/),
      ]);
    },
  );

  it.each(['1', '900', '59999'])(
    'refuses BETFAIR_KEEP_ALIVE=%s, which was meant in another unit, beside all other faults',
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

  it('gives options that log in', async () => {
    const simulator = await BetfairSimulator.start();
    try {
      const { username, password, applicationKey, certificate, ca, endpoints } =
        simulator.options();
      const options = betfairSessionOptionsFromEnv({
        BETFAIR_USERNAME: username,
        BETFAIR_PASSWORD: password,
        BETFAIR_APP_KEY: applicationKey,
        BETFAIR_CERT: certificate.cert.replaceAll(/\r?\n/g, String.raw`\n`),
        BETFAIR_KEY: certificate.key.replaceAll(/\r?\n/g, String.raw`\n`),
        BETFAIR_STORAGE: 'mem://',
      });
      const { sessions } = await createSessions({ ...options, ca, endpoints });
      await sessions.getSession();
      expect(simulator.counts.logins).toBe(1);
    } finally {
      await closeApplications();
      await simulator.stop();
    }
  });
});
