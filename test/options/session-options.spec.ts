import { createHash } from 'node:crypto';
import { BetfairConfigurationError, MemoryStorage } from 'nestjs-betfair-session';
import { jurisdictions } from '../../lib/identity/jurisdiction.endpoints.js';
import { resolveSessionOptions } from '../../lib/options/session-options.resolver.js';
import { makeCertificate, type Pair } from '../identity/support/certificates.js';

const HOUR = 3_600_000;
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
    [{ interval: 1_000 }, 1_000],
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

describe('options that are not', () => {
  it.each([
    [{ username: '' }, /^username: set it/],
    [{ username: undefined }, /^username: set it/],
    [{ password: undefined }, /^password: set it to the password, or to a function/],
    [{ password: 12345 }, /^password: /],
    [{ applicationKey: '' }, /^applicationKey: set it/],
    [{ applicationKey: 'fromAFile\n' }, /^applicationKey: .*without spaces or line breaks/],
    [{ certificate: undefined }, /^certificate: set it to \{ cert, key \}.*login: 'interactive'/],
    [{ certificate: null }, /^certificate: set it to/],
    [{ certificate: 'client.crt' }, /^certificate: set it to/],
    [{ certificate: {} }, /^certificate: set it to/],
    [{ certificate: { cert: 'x' } }, /^certificate: set it to/],
    [{ certificate: { cert: 'x', key: undefined } }, /^certificate: set it to/],
    [{ certificate: { cert: 'x', key: '' } }, /^certificate: set it to/],
    [{ certificate: { pem: { path: 'x' } } }, /^certificate: set it to/],
    [{ certificate: { pfx: 'text' } }, /^certificate: set it to/],
    [{ certificate: { cert: { file: '/no' }, key: { file: '/no' } } }, /"\/no" cannot be read/],
    [{ login: 'password' }, /^login: it is 'interactive' or left out/],
    [{ login: 'interactive' }, /^certificate: it is not used with login: 'interactive'/],
    [{ twoFactorCode: () => '1' }, /^twoFactorCode: .*only with login: 'interactive'/],
    [
      { login: 'interactive', certificate: undefined, twoFactorCode: '123456' },
      /^twoFactorCode: it is a function/,
    ],
    [{ jurisdiction: 'france' }, /^jurisdiction: it is one of global, italy, spain, romania, /],
    [{ jurisdiction: 'toString' }, /^jurisdiction: /],
    [
      { endpoints: { login: 'http://identitysso.betfair.com/api/login' } },
      /^endpoints\.login: .*https:/,
    ],
    [{ endpoints: { api: 'api.betfair.com' } }, /^endpoints\.api: .*whole https: URL/],
    [{ endpoints: { certlogin: 'https://x.example' } }, /^endpoints\.certlogin: there is no such/],
    [{ ca: 'ca.pem' }, /^ca: it is a PEM certificate/],
    [{ ca: { file: 'ca.pem' } }, /^ca: /],
    [{ ca: [undefined] }, /^ca: /],
    [{ ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, /^ca: /],
    [{ sessionLifetime: 0 }, /^sessionLifetime: .*milliseconds above 0/],
    [{ sessionLifetime: '12h' }, /^sessionLifetime: /],
    [{ requestTimeout: Number.NaN }, /^requestTimeout: /],
    [{ renewalTimeout: Infinity }, /^renewalTimeout: /],
    [{ keepAlive: 'true' }, /^keepAlive: it is true, false or \{ interval \}/],
    [{ keepAlive: {} }, /^keepAlive: /],
    [{ keepAlive: null }, /^keepAlive: /],
    [{ keepAlive: { interval: -1 } }, /^keepAlive: .*above 0/],
    [
      { keepAlive: { interval: 20 * 60_000 }, sessionLifetime: 20 * 60_000 },
      /^keepAlive\.interval: it must be shorter than sessionLifetime/,
    ],
    [{ storage: 42 }, /^storage: it is a URL/],
    [{ storage: '' }, /^storage: it is a URL/],
    [{ storage: { read: () => undefined } }, /^storage: .*read, write and delete/],
    [{ storage: Promise.resolve(new MemoryStorage()) }, /^storage: .*read, write and delete/],
    [{ sessionKey: '../x' }, /^sessionKey: /],
    [{ sessionKey: 'a b' }, /^sessionKey: /],
    [{ sessionKey: '' }, /^sessionKey: /],
    [{ sessionKey: 42 }, /^sessionKey: /],
    [{ persistence: 'none' }, /^persistence: it is 'required' or 'best-effort'/],
    [{ userName: 'punter' }, /^"userName" is not an option\. The options are: username, /],
    [{ name: 'italy' }, /^"name" .*move it beside useFactory/],
    [{ isGlobal: false }, /^"isGlobal" .*move it beside useFactory/],
  ])('are refused for %j', async (changed, fault) => {
    expect(await faultsOf(changed)).toEqual([expect.stringMatching(fault)]);
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
