import { Agent } from 'node:https';
import { AxiosHeaders, type AxiosRequestConfig, isAxiosError } from 'axios';
import { attachBetfairSession } from 'nestjs-betfair-session';
import { closeAccounts } from '../support/account.js';
import { RPC, rpcCall } from '../support/betting.js';
import { closeAgents, createAxios, setUp } from './attached.js';

afterEach(async () => {
  closeAgents();
  await closeAccounts();
});

const A = rpcCall('listEventTypes', undefined, 'A');

/** A config with members that the types of axios may not know. */
function configOf(members: object): AxiosRequestConfig {
  return Object.assign({}, members);
}

function withoutSession(): never {
  throw new Error('This would be sent without the session.');
}

describe('options of an attached axios instance', () => {
  it('are named in one warning if they have no effect', async () => {
    const { http, simulator, warnings } = await setUp({ httpsAgent: undefined });
    const agent = new Agent();
    const config = configOf({ httpsAgent: agent, maxRedirects: 5, decompress: true, proxy: {} });
    expect((await http.post(RPC, A, config)).status).toBe(200);
    await http.post(RPC, A, config);
    expect(warnings()).toEqual([
      expect.stringMatching(
        /no effect .*: httpsAgent, proxy, decompress, maxRedirects\. Remove them; .*BETFAIR_CA_FILE.*HTTPS_PROXY/,
      ),
    ]);
    expect(simulator.counts.calls).toBe(2);
    agent.destroy();
  });

  it.each([undefined, null, false, 0])('need no warning if they are %s', async (value) => {
    const { http, warnings } = await setUp({ httpsAgent: undefined });
    await http.post(RPC, A, configOf({ httpsAgent: value, maxRedirects: value, proxy: value }));
    expect(warnings()).toEqual([]);
  });

  it('include an environment of the application, all but its fetch', async () => {
    const { http, simulator } = await setUp();
    let made = 0;
    class CountedRequest extends Request {
      constructor(...parameters: ConstructorParameters<typeof Request>) {
        super(...parameters);
        made += 1;
      }
    }
    const config = configOf({ env: { Request: CountedRequest, fetch: withoutSession } });
    expect((await http.post(RPC, A, config)).status).toBe(200);
    expect(made).toBeGreaterThan(0);
    expect(simulator.counts.calls).toBe(1);
  });

  it('are those of the moment of the call', async () => {
    const { http, sent } = await setUp();
    const headers = new AxiosHeaders({ 'X-Mine': 'before' });
    const config: AxiosRequestConfig = { url: RPC, method: 'post', data: { ...A }, headers };
    const answered = http.request(config);
    headers.set('X-Mine', 'after');
    Object.assign(Object(config.data), { id: 'B' });
    await answered;
    expect(sent()).toEqual([
      expect.objectContaining({
        body: JSON.stringify(A),
        headers: expect.objectContaining({ 'x-mine': 'before' }),
      }),
    ]);
  });

  it('can be used again, and grow by nothing', async () => {
    const { http } = await setUp();
    const { config } = await http.post(RPC, A);
    const { transformRequest } = config;
    const again = await http.request({ ...config, data: A });
    expect(again.config.transformRequest).toEqual(transformRequest);
    expect(again.status).toBe(200);
  });

  it('may leave out the transformations of axios', async () => {
    const { http, sent } = await setUp();
    await http.post(RPC, JSON.stringify(A), configOf({ transformRequest: null }));
    await http.post(RPC, A, { transformRequest: (data: unknown) => JSON.stringify(data) });
    expect(sent().map(({ body }) => body)).toEqual(Array(2).fill(JSON.stringify(A)));
  });

  it('serve one account: a config of another one is refused before anything is sent', async () => {
    const mine = await setUp({ validateStatus: () => false });
    const other = await mine.start({ storage: 'mem://', jurisdiction: 'italy' });
    const { id: theirName } = other.sessions.account;
    const theirs = createAxios(mine.simulator);
    attachBetfairSession(theirs, other.sessions);
    const failed: unknown = await mine.http.post(RPC, A).catch((error: unknown) => error);
    if (!isAxiosError(failed) || !failed.config) throw failed;
    const requests = mine.simulator.requests.length;
    await expect(theirs.request(failed.config)).rejects.toMatchObject({
      code: 'BETFAIR_FOREIGN_SESSION',
      retryable: false,
      message: expect.stringContaining(
        `and is not sent with the session of "${theirName}". Make a new`,
      ),
    });
    expect(mine.simulator.requests).toHaveLength(requests);
  });

  it('choose the code of a time-out', async () => {
    const { http, simulator } = await setUp();
    const codeOf = async (transitional?: object) => {
      simulator.fail('api', 'hung');
      const config = configOf({ timeout: 100, ...(transitional && { transitional }) });
      const error: unknown = await http.post(RPC, A, config).catch((reason: unknown) => reason);
      return isAxiosError(error) && error.code;
    };
    expect(await codeOf()).toBe('ECONNABORTED');
    expect(await codeOf({ clarifyTimeoutError: false })).toBe('ECONNABORTED');
    expect(await codeOf({ clarifyTimeoutError: true })).toBe('ETIMEDOUT');
  });
});
