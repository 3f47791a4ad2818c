import type { SimulatorRequest } from 'nestjs-betfair-session/testing';
import { closeAccounts, createAccount } from '../support/account.js';

afterEach(closeAccounts);

/** What this package sends is stricter than what Betfair, and so the simulator, accepts. */
function isStrict({ endpoint, method, path, headers, body }: SimulatorRequest): boolean {
  const isLogin = endpoint === 'certLogin' || endpoint === 'login';
  const type = isLogin ? 'application/x-www-form-urlencoded' : undefined;
  return (
    method === 'POST' &&
    /^\/api\/(certlogin|login|keepAlive|logout)$/.test(path) &&
    headers['accept'] === 'application/json' &&
    headers['content-type'] === type &&
    headers['x-application'] !== undefined &&
    /^$|^username=[\w%+.*-]+&password=[\w%+.*-]+$/.test(body) &&
    isLogin === (body !== '') &&
    isLogin === (headers['x-authentication'] === undefined)
  );
}

it.each(['certificate', 'interactive'] as const)(
  'the identity service gets strict requests only, after a %s login',
  async (login) => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start(
      login === 'interactive' ? { login, certificate: undefined } : {},
    );
    expect(simulator.options().username).toMatch(/&.*=/);

    await sessions.getSession();
    await sessions.keepAlive();
    await sessions.logout();

    const { requests } = simulator;
    expect(requests.map(({ endpoint }) => endpoint)).toEqual([
      login === 'interactive' ? 'login' : 'certLogin',
      'keepAlive',
      'logout',
    ]);
    expect(requests.filter((request) => !isStrict(request))).toEqual([]);
  },
);

it('the API gets POST with JSON, and is asked for JSON', async () => {
  const { simulator, start } = await createAccount();
  const { sessions } = await start({});
  await sessions.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  expect(simulator.requests.at(-1)).toMatchObject({
    endpoint: 'api',
    method: 'POST',
    path: '/exchange/betting/json-rpc/v1',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
  });
});
