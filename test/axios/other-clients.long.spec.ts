import { got, HTTPError } from 'got';
import type { BetfairSession } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { INVALID } from '../calls/rejections.fixture.js';
import { closeAccounts } from '../support/account.js';
import { post, RawClients, refuse, REST, RPC, rpcCall } from '../support/betting.js';
import { setUp, setUpDead } from './attached.js';

afterEach(closeAccounts);

const A = rpcCall('listEventTypes', undefined, 'A');
const FILTER = { filter: {} };
type Fetch = typeof fetch;

/** Thrown by clients that generators write from an OpenAPI document. */
class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`HTTP ${status}`);
  }
}

/** A client as such generators write it. */
class BettingClient {
  readonly #fetch: Fetch;

  constructor(
    private readonly basePath: string,
    configuration: { readonly fetch: Fetch },
    private readonly headers: Record<string, string> = {},
  ) {
    this.#fetch = configuration.fetch;
  }

  listEventTypes(body: object = FILTER): Promise<unknown> {
    return this.#send(`${this.basePath}${REST}/listEventTypes/`, body);
  }

  rpc(body: object): Promise<unknown> {
    return this.#send(this.basePath + RPC, body);
  }

  async #send(url: string, body: object): Promise<unknown> {
    const headers = { 'Content-Type': 'application/json', ...this.headers };
    const response = await this.#fetch(url, { ...post(body), headers });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiError(response.status, answer);
    return answer;
  }
}

describe('sessions.fetch, handed to a client that takes a fetch', () => {
  it('repeats the one request that was refused for its session, and that once', async () => {
    const { sessions, simulator } = await setUpDead();
    const client = new BettingClient('', { fetch: (input, init) => sessions.fetch(input, init) });
    expect(JSON.stringify(await client.listEventTypes())).toContain('Soccer');
    expect(JSON.stringify(await client.rpc(A))).toContain('Soccer');
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });

    refuse(simulator, 'listEventTypes');
    await expect(client.listEventTypes()).rejects.toMatchObject({
      status: 400,
      body: { faultstring: 'ANGX-0003' },
    });
    expect(simulator.counts).toMatchObject({ logins: 3, calls: 5 });
  });

  it('takes a Request, as some of them make it', async () => {
    const { sent, sessions, simulator } = await setUpDead();
    const url = simulator.url + RPC;
    const headers = { 'X-Mine': 'yes', 'x-authentication': 'mine' };
    const { signal } = new AbortController();
    for (const input of [
      new Request(url, { ...post(A), headers, signal }),
      new Request(new Request(url, post(A)), { headers }),
    ]) {
      const response = await sessions.fetch(input);
      expect(JSON.stringify(await response.json())).toContain('Soccer');
    }
    const response = await sessions.fetch(new Request(url), { ...post(A), headers });
    expect(JSON.stringify(await response.json())).toContain('Soccer');
    expect(sent()).toHaveLength(4);
    for (const { body, headers: given } of sent()) {
      expect(JSON.parse(body)).toEqual(A);
      expect(given).toMatchObject({ 'content-type': 'application/json', 'x-mine': 'yes' });
      expect(given['x-authentication']).not.toBe('mine');
    }
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 4 });
  });

  it('ends with the signal of a Request, and sends none to another host', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.getSession();
    simulator.fail('api', 'hung');
    const signal = AbortSignal.timeout(200);
    const timedOut = sessions.fetch(new Request(simulator.url + RPC, { ...post(A), signal }));
    await expect(timedOut).rejects.toMatchObject({ name: 'TimeoutError' });
    const foreign = sessions.fetch(new Request(`https://api.betfair.com${RPC}`, post(A)));
    await expect(foreign).rejects.toMatchObject({ code: 'BETFAIR_FOREIGN_URL' });
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });
});

const rest = `${REST}/listEventTypes/`;

/** One request by got, which Betfair accepts or refuses. */
function gotten(session: BetfairSession, { url, ca }: BetfairSimulator, path: string) {
  return got.post(url + path, {
    json: path === RPC ? A : FILTER,
    headers: session.headers(),
    https: { certificateAuthority: ca },
    retry: { limit: 0 },
  });
}

describe('run of one request of another client', () => {
  it.each<[string, (session: BetfairSession, simulator: BetfairSimulator) => Promise<unknown>]>([
    ['the parsed body of got', (session, simulator) => gotten(session, simulator, RPC).json()],
    ['the text of got', (session, simulator) => gotten(session, simulator, RPC).text()],
    ['the bytes of got', (session, simulator) => gotten(session, simulator, RPC).buffer()],
    ['the response of got', (session, simulator) => gotten(session, simulator, RPC)],
    ['an error of got with text', (session, simulator) => gotten(session, simulator, rest).text()],
    [
      'an error of got with a parsed body',
      (session, simulator) => gotten(session, simulator, rest).json(),
    ],
    [
      'the parsed body of undici.request',
      async (session, simulator) => {
        const raw = new RawClients(simulator);
        const body = await raw.json(session, A);
        await raw.close();
        return body;
      },
    ],
    [
      'the error of a generated client',
      async (session, simulator) => {
        const raw = new RawClients(simulator);
        const { dispatcher } = raw;
        const fetcher: Fetch = (input, init) => fetch(input, Object.assign({ dispatcher }, init));
        const headers = session.headers();
        const client = new BettingClient(simulator.url, { fetch: fetcher }, headers);
        try {
          return await client.listEventTypes();
        } finally {
          await raw.close();
        }
      },
    ],
  ])('makes it once more with a new session, seeing %s', async (_, send) => {
    const { sessions, simulator } = await setUpDead();
    const answer = await sessions.run((session) => send(session, simulator));
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
    const { body = answer } = Object(answer);
    expect(Buffer.isBuffer(body) ? body.toString() : JSON.stringify(body)).toContain('Soccer');
  });

  it('hands the error of got on when it is refused again', async () => {
    const { sessions, simulator } = await setUpDead();
    refuse(simulator, 'listEventTypes');
    const failed = sessions.run((session) => gotten(session, simulator, rest).json());
    await expect(failed).rejects.toThrow(HTTPError);
    simulator.endSessions();
    const response = await sessions.run((session) => gotten(session, simulator, RPC));
    expect(response.body).toContain(INVALID);
    expect(simulator.counts).toMatchObject({ logins: 3, calls: 4 });
  });
});
