import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeAccounts } from '../support/account.js';
import { RPC, rpcCall } from '../support/betting.js';
import { closeAgents, setUp } from './attached.js';

afterEach(async () => {
  closeAgents();
  await closeAccounts();
});

const A = rpcCall('listEventTypes', undefined, 'A');

/** Attached, with a session, beside a host that must not see it. */
async function setUpBeside(
  other: BetfairSimulator,
  prepare?: (http: AxiosInstance) => void,
): Promise<Awaited<ReturnType<typeof setUp>>> {
  const attached = await setUp({ validateStatus: null }, prepare);
  await attached.sessions.getSession();
  attached.simulator.clearRequests();
  other.clearRequests();
  return attached;
}

describe('an attached axios instance and other origins', () => {
  let other: BetfairSimulator;

  beforeEach(async () => {
    other = await BetfairSimulator.start();
  });
  afterEach(() => other.stop());

  const foreign: readonly [string, (api: URL, other: URL) => AxiosRequestConfig][] = [
    ['another host', (_api, { origin }) => ({ url: origin + RPC })],
    [
      'another host, though baseURL is the API',
      (api, { origin }) => ({ baseURL: api.origin, url: origin + RPC }),
    ],
    ['another host as baseURL', (_api, { origin }) => ({ baseURL: origin, url: RPC })],
    [
      'another host as baseURL, and nothing else allowed',
      (api, { origin }) => ({ baseURL: origin, url: api.origin + RPC, allowAbsoluteUrls: false }),
    ],
    ['another port', ({ hostname }, { port }) => ({ url: `https://${hostname}:${port}${RPC}` })],
    ['no TLS', ({ host }) => ({ url: `http://${host}${RPC}` })],
    ['the scheme of the caller', (_api, { host }) => ({ url: `//${host}${RPC}` })],
    ['backslashes', (_api, { host }) => ({ url: `/\\${host}${RPC}` })],
    [
      'the API as user name',
      ({ hostname }, { host }) => ({ url: `https://${hostname}@${host}${RPC}` }),
    ],
    ['a user name', ({ host }) => ({ url: `https://user:secret@${host}${RPC}` })],
    ['a user name in baseURL', ({ host }) => ({ baseURL: `https://user@${host}`, url: RPC })],
    ['a longer host', ({ hostname }) => ({ url: `https://${hostname}.evil.example${RPC}` })],
    ['Betfair, which is not the API here', () => ({ url: `https://api.betfair.com${RPC}` })],
    ['a look-alike', () => ({ url: `https://api.betfair.com.evil.example${RPC}` })],
    ['a file', () => ({ url: 'file:///etc/passwd' })],
    ['data', () => ({ url: 'data:application/json,{}' })],
  ];

  it.each(foreign)('never hears of the session: %s', async (_, request) => {
    const { http, simulator } = await setUpBeside(other);
    const config = request(new URL(simulator.url), new URL(other.url));
    const outcome: unknown = await http
      .request({ method: 'post', data: A, ...config })
      .catch((error: unknown) => error);
    expect(other.requests).toEqual([]);
    if (simulator.requests.length === 0) expect(outcome).toBeInstanceOf(Error);
  });

  it.each(foreign.slice(0, 3))('is refused before anything is sent: %s', async (_, request) => {
    const { http, simulator } = await setUpBeside(other);
    const config = request(new URL(simulator.url), new URL(other.url));
    await expect(http.request({ method: 'post', data: A, ...config })).rejects.toMatchObject({
      name: 'BetfairSessionError',
      code: 'BETFAIR_FOREIGN_URL',
      message: expect.stringContaining('with another client'),
    });
    expect(simulator.requests).toEqual([]);
  });

  it.each(['before', 'after'])(
    'is refused where an interceptor that was there %s turned the request',
    async (when) => {
      const turn = (http: AxiosInstance) => {
        http.interceptors.request.use((config) => {
          config.baseURL = other.url;
          return config;
        });
      };
      const { http, simulator } = await setUpBeside(other, when === 'before' ? turn : undefined);
      if (when === 'after') turn(http);
      await expect(http.post(RPC, A)).rejects.toMatchObject({ code: 'BETFAIR_FOREIGN_URL' });
      expect([...simulator.requests, ...other.requests]).toEqual([]);
    },
  );

  it('sends what stays on the API there, however it is written', async () => {
    const { http, simulator } = await setUpBeside(other);
    const { origin } = new URL(simulator.url);
    for (const config of [
      { url: origin + RPC },
      { url: origin.toUpperCase() + RPC },
      { url: RPC.slice(1) },
      { baseURL: origin, url: `${other.url}${RPC}`, allowAbsoluteUrls: false },
    ]) {
      await http.request({ method: 'post', data: A, ...config });
    }
    expect(simulator.requests.map(({ path }) => path)).toEqual([
      ...Array<string>(3).fill(RPC),
      `/${other.url}${RPC}`,
    ]);
    expect(other.requests).toEqual([]);
  });

  it.each([301, 302, 307, 308])('returns a redirect %i and does not follow it', async (status) => {
    const { http, simulator } = await setUpBeside(other);
    const headers = { location: `${other.url}${RPC}` };
    simulator.fail('api', { reply: {}, status, headers });
    expect((await http.post(RPC, A, { maxRedirects: 5 })).status).toBe(status);
    simulator.fail('api', { reply: {}, status, headers });
    const fetchOptions = { redirect: 'follow' };
    const config = { maxRedirects: 5, fetchOptions };
    expect((await http.post(RPC, A, config)).status).toBe(status);
    expect(simulator.requests).toHaveLength(2);
    expect(other.requests).toEqual([]);
  });
});
