import { createHash } from 'node:crypto';
import {
  BetfairConfigurationError,
  betfairSessionOptionsFromEnv,
  MemoryStorage,
} from 'nestjs-betfair-session';
import { jurisdictions } from '../../lib/identity/jurisdiction.endpoints.js';
import { resolveSessionOptions } from '../../lib/options/session-options.resolver.js';
import { makeCertificate, type Pair } from '../identity/support/certificates.js';

const HOUR = 3_600_000;
/** Keep-alives as far apart as a session of that jurisdiction lives. */
const VARIABLES = {
  BETFAIR_USERNAME: 'punter',
  BETFAIR_PASSWORD: 'canary-password',
  BETFAIR_APP_KEY: 'canaryKey',
  BETFAIR_PEM_FILE: 'replaced',
  BETFAIR_JURISDICTION: 'italy',
  BETFAIR_KEEP_ALIVE: '1200000',
};
let certificate: Pair;

beforeAll(async () => {
  certificate = await makeCertificate();
});

/** As options arrive from JavaScript or from a cast: of any shape. */
function options(
  changed: Record<string, unknown> = {},
): Parameters<typeof resolveSessionOptions>[0] {
  const whole = { username: 'punter', password: 'canary-password', applicationKey: 'canaryKey' };
  return Object.assign({ ...whole, certificate }, changed);
}

async function faultsOf(changed: Record<string, unknown>): Promise<readonly string[]> {
  try {
    await resolveSessionOptions(options(changed));
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('options that are fine', () => {
  it('get the documented defaults', async () => {
    expect(await resolveSessionOptions(options())).toMatchObject({
      jurisdiction: 'global',
      sessionLifetime: 12 * HOUR,
      storage: 'file:./session-data',
      persistence: 'required',
      keepAliveInterval: undefined,
      requestTimeout: 10_000,
      renewalTimeout: 60_000,
      telemetry: true,
      ca: [],
    });
  });

  it('get a key that names jurisdiction and user name, and reveals neither', async () => {
    for (const jurisdiction of ['global', 'spain']) {
      const digest = createHash('sha256').update(`${jurisdiction}\npunter`).digest('hex');
      expect(await resolveSessionOptions(options({ jurisdiction }))).toMatchObject({
        sessionKey: `session-${digest.slice(0, 16)}.token`,
      });
    }
  });

  it.each([
    [true, 6 * HOUR],
    [false, undefined],
    [{ interval: 90_000 }, 90_000],
  ])('with keepAlive %j are kept alive every %j ms', async (keepAlive, interval) => {
    const { keepAliveInterval } = await resolveSessionOptions(options({ keepAlive }));
    expect(keepAliveInterval).toBe(interval);
  });

  it('keep alive every half lifetime where that is an option too', async () => {
    const resolved = await resolveSessionOptions(
      options({ keepAlive: true, sessionLifetime: 600_000 }),
    );
    expect(resolved.keepAliveInterval).toBe(300_000);
  });

  it.each([
    { password: () => 'asked at every login' },
    { login: 'certificate' },
    { login: 'interactive', certificate: undefined },
    { login: 'interactive', certificate: undefined, twoFactorCode: () => '123456' },
    { storage: new MemoryStorage() },
    { sessionKey: 'folder/session.token' },
    { sessionKey: 'x.lease.token' },
    ...jurisdictions.map((jurisdiction) => ({ jurisdiction })),
  ])('may be %j', async (changed) => {
    expect(await faultsOf(changed)).toEqual([]);
  });

  it('may name more authorities to trust, as text, bytes or several', async () => {
    const { cert } = await makeCertificate();
    for (const ca of [cert, Buffer.from(cert), [cert, Buffer.from(cert)]]) {
      expect((await resolveSessionOptions(options({ ca }))).ca).toEqual([ca].flat());
    }
  });
});

/** The fault of a duration that is out of bounds. */
function outOfBounds(name: string, bound: string): string {
  return `${name}: this is in milliseconds. Set it to ${bound}.`;
}

const MINUTES_5 = 'at least 300000 (5 minutes)';
const MINUTE_1 = 'at least 60000 (1 minute)';
const TENTHS_9 = '(0.9 of sessionLifetime; an idle session would end in between)';
const CUT_LOGIN = '(requestTimeout plus 5000; a login that is cut off may leave a session behind)';

describe('durations', () => {
  it.each([
    { sessionLifetime: 300_000 },
    { sessionLifetime: 300_000, keepAlive: true },
    { keepAlive: { interval: 60_000 } },
    { keepAlive: { interval: 38_880_000 } },
    { keepAlive: { interval: 270_000 }, sessionLifetime: 300_000 },
    { keepAlive: { interval: 1_080_000 }, jurisdiction: 'italy' },
    { requestTimeout: 100 },
    { requestTimeout: 100, renewalTimeout: 5_100 },
    { requestTimeout: 55_000 },
    { renewalTimeout: 15_000 },
  ])('at the bound, or inside, are fine: %j', async (changed) => {
    expect(await faultsOf(changed)).toEqual([]);
  });

  it.each([
    [{ sessionLifetime: 299_999 }, outOfBounds('sessionLifetime', MINUTES_5)],
    [{ sessionLifetime: 1_200, keepAlive: true }, outOfBounds('sessionLifetime', MINUTES_5)],
    [{ keepAlive: { interval: 59_999 } }, outOfBounds('keepAlive.interval', MINUTE_1)],
    [{ keepAlive: { interval: 900 } }, outOfBounds('keepAlive.interval', MINUTE_1)],
    [
      { keepAlive: { interval: 38_880_001 } },
      outOfBounds('keepAlive.interval', `at most 38880000 ${TENTHS_9}`),
    ],
    [
      { keepAlive: { interval: 270_001 }, sessionLifetime: 300_000 },
      outOfBounds('keepAlive.interval', `at most 270000 ${TENTHS_9}`),
    ],
    [
      { keepAlive: { interval: 1_080_001 }, jurisdiction: 'spain' },
      outOfBounds('keepAlive.interval', `at most 1080000 ${TENTHS_9}`),
    ],
    [{ requestTimeout: 99 }, outOfBounds('requestTimeout', 'at least 100')],
    [{ renewalTimeout: 60 }, outOfBounds('renewalTimeout', `at least 15000 ${CUT_LOGIN}`)],
    [{ renewalTimeout: 14_999 }, outOfBounds('renewalTimeout', `at least 15000 ${CUT_LOGIN}`)],
    [
      { requestTimeout: 100, renewalTimeout: 5_099 },
      outOfBounds('renewalTimeout', `at least 5100 ${CUT_LOGIN}`),
    ],
    [{ requestTimeout: 55_001 }, outOfBounds('renewalTimeout', `at least 60001 ${CUT_LOGIN}`)],
  ])('just outside are refused: %j', async (changed, fault) => {
    expect(await faultsOf(changed)).toEqual([fault]);
  });

  it('that were meant in seconds are all refused at once, and no bound follows from a refused value', async () => {
    const changed = {
      sessionLifetime: 1_200,
      keepAlive: { interval: 1_100 },
      requestTimeout: 10,
      renewalTimeout: 60,
    };
    expect(await faultsOf(changed)).toEqual([
      outOfBounds('sessionLifetime', MINUTES_5),
      outOfBounds('requestTimeout', 'at least 100'),
      outOfBounds('renewalTimeout', `at least 5100 ${CUT_LOGIN}`),
      outOfBounds('keepAlive.interval', MINUTE_1),
    ]);
  });

  it.each([Number.NaN, Infinity, -1, 0, '900000', null])(
    'are no %p: each is named once',
    async (value) => {
      const names = ['sessionLifetime', 'requestTimeout', 'renewalTimeout'];
      const changed = Object.fromEntries(names.map((name) => [name, value ?? 'null']));
      expect(await faultsOf({ ...changed, keepAlive: { interval: value } })).toEqual([
        ...names.map((name) => `${name}: must be a number of milliseconds above 0.`),
        'keepAlive: must be true, false or { interval }, a number of milliseconds above 0.',
      ]);
    },
  );

  it.each([
    ['betfairSessionOptionsFromEnv()', () => betfairSessionOptionsFromEnv(VARIABLES)],
    ['a copy of it', () => ({ ...betfairSessionOptionsFromEnv(VARIABLES) })],
  ])('from %s are refused by the name of the variable', async (_, read) => {
    const fault = outOfBounds('BETFAIR_KEEP_ALIVE', `at most 1080000 ${TENTHS_9}`);
    expect(await faultsOf({ ...read(), certificate })).toEqual([fault]);
    const replaced = { ...read(), certificate, keepAlive: { interval: 1_200_000 } };
    expect(await faultsOf(replaced)).toEqual([
      outOfBounds('keepAlive.interval', `at most 1080000 ${TENTHS_9}`),
    ]);
    expect(await faultsOf({ ...read(), certificate, sessionLifetime: 12 * HOUR })).toEqual([]);
  });
});

describe('options that are not', () => {
  it.each([
    [{ username: '' }, /^username: set it/],
    [{ username: undefined }, /^username: set it/],
    [{ password: undefined }, /^password: set it to the password, or to a function/],
    [{ password: 12345 }, /^password: /],
    [{ applicationKey: '' }, /^applicationKey: set it/],
    [{ applicationKey: 'fromAFile\n' }, /^applicationKey ends with a line break\. Remove it/],
    [{ certificate: undefined }, /^certificate: set it to \{ cert, key \}.*login: 'interactive'/],
    [{ certificate: null }, /^certificate: set it to/],
    [{ certificate: 'client.crt' }, /^certificate: set it to/],
    [{ certificate: {} }, /^certificate: set it to/],
    [{ certificate: { cert: 'x' } }, /^certificate\.key: set it too, to the private key/],
    [{ certificate: { key: 'x', cert: undefined } }, /^certificate\.cert: set it too, to the cert/],
    [{ certificate: { cert: 'x', key: '' } }, /^certificate: set it to/],
    [{ certificate: { pem: { path: 'x' } } }, /^certificate: set it to/],
    [
      { certificate: { pfx: 'text' } },
      /^certificate\.pfx: must be a Buffer or \{ file \}, not a string/,
    ],
    [{ certificate: { pfx: 'x', cert: 'x' } }, /^certificate: pfx and cert each give a cert/],
    [{ certificate: { pem: 'x', cert: 'x', key: 'x' } }, /^certificate: pem and cert and key each/],
    [{ certificate: { pem: 'x', passphrase: 1 } }, /^certificate\.passphrase: must be a string/],
    [{ username: 'punter\n' }, /^username ends with a line break\. Remove it; echo/],
    [{ username: ' punter' }, /^username starts with white space\. Remove it/],
    [{ password: '"canary"' }, /^password has quotes around it\. Remove them; docker run/],
    [{ applicationKey: "'canaryKey'" }, /^applicationKey has quotes around it/],
    [{ applicationKey: 'canary key' }, /^applicationKey: .*without spaces or line breaks/],
    [
      { certificate: { pem: { file: '/no' } } },
      /^certificate\.pem: the file "\/no" cannot be read/,
    ],
    [{ login: 'password' }, /^login: must be 'certificate' or 'interactive'/],
    [{ login: 'interactive' }, /^certificate: must not be set with login: 'interactive'/],
    [{ twoFactorCode: () => '1' }, /^twoFactorCode: .*only with login: 'interactive'/],
    [
      { login: 'interactive', certificate: undefined, twoFactorCode: '123456' },
      /^twoFactorCode: must be a function/,
    ],
    [{ jurisdiction: 'france' }, /^jurisdiction: must be one of global, italy, spain, romania, /],
    [{ jurisdiction: 'toString' }, /^jurisdiction: /],
    [
      { endpoints: { login: 'http://identitysso.betfair.com/api/login' } },
      /^endpoints\.login: .*https:/,
    ],
    [{ endpoints: { api: 'api.betfair.com' } }, /^endpoints\.api: .*whole https: URL/],
    [{ endpoints: { certlogin: 'https://x.example' } }, /^endpoints\.certlogin: there is no such/],
    [
      { ca: 'ca.pem' },
      /^ca: must be the content of the file, not its path\. Read it: readFileSync/,
    ],
    [{ ca: 'garbage' }, /^ca: must be a PEM certificate/],
    [{ ca: { file: 'ca.pem' } }, /^ca: /],
    [{ ca: [undefined] }, /^ca: /],
    [{ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, /^ca: /],
    [{ sessionLifetime: 0 }, /^sessionLifetime: .*milliseconds above 0/],
    [{ sessionLifetime: '12h' }, /^sessionLifetime: /],
    [{ requestTimeout: Number.NaN }, /^requestTimeout: /],
    [{ renewalTimeout: Infinity }, /^renewalTimeout: /],
    [{ keepAlive: 'true' }, /^keepAlive: must be true, false or \{ interval \}/],
    [{ keepAlive: {} }, /^keepAlive: /],
    [{ keepAlive: null }, /^keepAlive: /],
    [{ keepAlive: { interval: -1 } }, /^keepAlive: .*above 0/],
    [{ storage: 42 }, /^storage: must be a URL/],
    [{ storage: '' }, /^storage: must be a URL/],
    [{ storage: { read: () => undefined } }, /^storage: .*read, write and delete/],
    [{ storage: Promise.resolve(new MemoryStorage()) }, /^storage: .*read, write and delete/],
    [{ sessionKey: '../x' }, /^sessionKey: /],
    [{ sessionKey: 'a b' }, /^sessionKey: /],
    [{ sessionKey: '' }, /^sessionKey: /],
    [{ sessionKey: 42 }, /^sessionKey: /],
    [{ sessionKey: 'x.lease' }, /^sessionKey: must not end in "\.lease".* "session\.token"\.$/],
    [{ sessionKey: 'folder/X.Lease' }, /^sessionKey: must not end in "\.lease"/],
    [
      { sessionKey: 'session-0123456789abcdef.token' },
      /^sessionKey: "session-0123456789abcdef\.token" is the default name for another Betfair account/,
    ],
    [{ sessionKey: 'SESSION-0123456789ABCDEF.TOKEN' }, /^sessionKey: .* another Betfair account/],
    [
      // As a mock that answers to every name.
      { storage: new Proxy(new MemoryStorage(), { get: () => () => undefined }) },
      /^storage: .* that has no method "then"\.$/,
    ],
    [{ persistence: 'none' }, /^persistence: must be 'required' or 'best-effort'/],
    [{ telemetry: 'off' }, /^telemetry: must be true or false/],
    [{ userName: 'punter' }, /^"userName" is not an option\. The options are: username, /],
    [{ name: 'italy' }, /^"name" .*move it next to useFactory/],
    [{ isGlobal: false }, /^"isGlobal" .*move it next to useFactory/],
  ])('are refused for %j', async (changed, fault) => {
    expect(await faultsOf(changed)).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    '',
    'a',
    'a:',
    ':1',
    'a:0',
    'a:65536',
    '::1:443',
    'https://a:443',
    'a:443/b',
    'u@a:443',
    443,
  ])('are refused for the address %j of the Stream API', async (stream) => {
    expect(await faultsOf({ endpoints: { stream } })).toEqual([
      'endpoints.stream: must be a host and a port, such as stream-api.betfair.com:443.',
    ]);
  });

  it.each([undefined, null, 'options', 42])(
    'are refused where the factory returns %j',
    async (none) => {
      const returned: { value: unknown } = { value: none };
      const anything = Object.assign({ value: options() }, returned);
      await expect(resolveSessionOptions(anything.value)).rejects.toThrow(
        /the factory returned no options/,
      );
    },
  );

  it('have every fault named in one error, which shows no secret', async () => {
    const faults = await faultsOf({
      username: '',
      applicationKey: 'canary key',
      certificate: { cert: certificate.cert, key: 'canary-private-key' },
      jurisdiction: 'france',
      endpoints: { api: 'http://x' },
      requestTimeout: -1,
      persistence: 'no',
      surprise: 'canary',
    });
    expect(faults.map((fault) => fault.replace(/[: ].*/, '')).toSorted()).toEqual([
      '"surprise"',
      'applicationKey',
      'certificate.key',
      'endpoints.api',
      'jurisdiction',
      'persistence',
      'requestTimeout',
      'username',
    ]);
    expect(faults.join()).not.toContain('canary');
  });
});
