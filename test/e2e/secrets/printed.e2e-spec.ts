import { resolve } from 'node:path';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { encrypt } from '../../identity/support/certificates.js';
import { startProxy, type TestProxy } from '../../identity/support/proxy.js';
import { keyLinesOf, PLANTED, searchFor } from '../../support/planted.js';
import { cleanUp, run } from '../cli/support/command.js';

const { applicationKey, passphrase, password, storePassword, twoFactorCode } = PLANTED;
const PROXY_PASSWORD = 'planted-of-proxy';
/** All that Node and undici can be told to print. */
const NODE_DEBUG = '*';
const CHANNELS = ['undici:request:create', 'undici:client:sendHeaders'];

let simulator: BetfairSimulator;
let proxy: TestProxy;

beforeEach(async () => {
  simulator = await BetfairSimulator.start({ accounts: [{ password, applicationKey }] });
  proxy = await startProxy();
});

afterEach(async () => {
  await proxy.close();
  await simulator.stop();
  await cleanUp();
});

type Settings = Partial<Record<keyof BetfairSessionOptions, unknown>> & {
  readonly work: 'live' | 'fail' | 'serve';
  readonly failure?: string;
  readonly channels?: readonly string[];
};

/** Runs the process to its end. Returns what it printed, and the secrets that this shows. */
async function print(settings: Settings, variables: Readonly<Record<string, string>> = {}) {
  const { certificate, ...options } = simulator.options();
  const key = encrypt(certificate.key, passphrase);
  const { ended } = run(process.execPath, [resolve('test/e2e/secrets/process.mjs')], '.', {
    PRINTED_PROCESS: JSON.stringify({
      ...options,
      certificate: { cert: certificate.cert, key, passphrase },
      storage: 'mem://',
      ...settings,
    }),
    HTTPS_PROXY: proxy.url.replace('//', `//bot:${PROXY_PASSWORD}@`),
    NO_PROXY: undefined,
    ...variables,
  });
  const { code, stdout, stderr } = await ended;
  const text = stdout + stderr;
  const tokens = simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []);
  const keyLines = keyLinesOf(certificate.key, key);
  const secrets = { ...PLANTED, PROXY_PASSWORD };
  const shown = searchFor([...Object.values(secrets), ...new Set([...tokens, ...keyLines])])(text);
  expect(keyLines.length).toBeGreaterThan(2);
  return { code, text, shown, token: tokens.at(-1) };
}

describe('a process that prints all it has, with NODE_DEBUG', () => {
  it.each([
    ['with a certificate', {}],
    ['without', { login: 'interactive', certificate: undefined, twoFactorCode }],
  ])('shows no secret after a login %s', async (_, login) => {
    if ('login' in login) simulator.account().twoFactorCode = twoFactorCode;
    const { code, text, shown, token } = await print({ work: 'live', ...login }, { NODE_DEBUG });
    expect(shown).toEqual([]);
    expect([code, typeof token]).toEqual([0, 'string']);
    for (const name of ['NET', 'TLS', 'FETCH']) expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    // All requests went through the proxy that has a password.
    expect(proxy.authorizations.length).toBeGreaterThan(2);
    expect(text).toContain('BetfairSession(generation 1)');
  });
});

describe('an error that nobody handles', () => {
  it.each([
    ['fetch', 'BETFAIR_FOREIGN_URL'],
    ['run', 'BETFAIR_FOREIGN_URL'],
    ['call', 'ECONNRESET|UND_ERR_SOCKET'],
    ['axios', 'AxiosError'],
    ['getSession', 'BETFAIR_LOGIN_REJECTED'],
    ['keepAlive', 'BETFAIR_KEEP_ALIVE_REJECTED'],
    ['create', 'BETFAIR_MISSING_PACKAGE'],
    ['warning', 'BetfairSessionError'],
  ])('of %s is printed by Node without a secret', async (failure, printed) => {
    simulator.fail('api', 'reset');
    simulator.fail('keepAlive', { reply: { status: 'FAIL', error: 'A_CODE_OF_NEXT_YEAR' } });
    if (failure === 'getSession') {
      const loginStatus = `BAD_${applicationKey.toUpperCase()}`;
      simulator.fail('certLogin', { reply: { loginStatus } });
    }
    const storage = `redis://bot:${encodeURIComponent(storePassword)}@127.0.0.1:1`;
    const store = failure === 'create' ? { storage } : {};
    const { code, text, shown } = await print({ work: 'fail', failure, ...store });
    expect(shown).toEqual([]);
    expect(text).toMatch(new RegExp(printed));
    expect(code).toBe(failure === 'warning' ? 0 : 1);
  });
});

it('Nest answers and logs errors without a secret, also as JSON, without a filter of this package', async () => {
  simulator.fail('api', 'reset');
  simulator.fail('keepAlive', { reply: { status: 'FAIL', error: 'A_CODE_OF_NEXT_YEAR' } });
  const { code, text, shown } = await print({ work: 'serve' });
  expect(shown).toEqual([]);
  expect(code).toBe(0);
  expect(text.match(/"Internal server error"/g)).toHaveLength(4);
  expect(text).toMatch(/^\{"level":"error".*A_CODE_OF_NEXT_YEAR/m);
});

it('the diagnostics channels of the process hold requests with their secrets, as docs/security.md says', async () => {
  const { code, shown, token } = await print({ work: 'live', channels: CHANNELS });
  expect(code).toBe(0);
  expect(shown).toEqual(expect.arrayContaining([applicationKey, token]));
});
