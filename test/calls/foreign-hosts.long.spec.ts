import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:tls';
import * as fc from 'fast-check';
import { MockAgent } from 'undici';
import { closeAccounts, createAccount } from '../support/account.js';
import { post, REST, RPC, rpcCall } from '../support/betting.js';
import { read } from '../../lib/common/unknown-values.js';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';
import { words } from './answers.arbitraries.js';
import { INVALID, refused } from './rejections.fixture.js';

const LIST = post(rpcCall('listEventTypes'));

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await closeAccounts();
});

/** A second HTTPS server that the application trusts: what reaches it is recorded, down to connections. */
async function startOther() {
  const { cert, key, ca } = await serverCertificate();
  const arrived: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  let connections = 0;
  const server = createServer({ cert, key }, (request, response) => {
    arrived.push({ url: request.url, headers: request.headers });
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', result: 'stolen', id: 1 }));
  }).on('connection', () => (connections += 1));
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => void server.close(done));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `https://127.0.0.1:${port}`, port, ca, arrived, connections: () => connections };
}

async function setUp() {
  const account = await createAccount();
  const { sessions } = await account.start({ storage: 'mem://' });
  const other = await startOther();
  return { ...account, sessions, other };
}

it('the other server is one that the application could talk to, and records who does', async () => {
  const { other, simulator } = await setUp();
  const socket = connect({ host: '127.0.0.1', port: other.port, ca: simulator.ca });
  await once(socket, 'secureConnect');
  socket.end('GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await once(socket.resume(), 'close');
  expect(other.connections()).toBe(1);
  expect(other.arrived).toEqual([expect.objectContaining({ url: '/x' })]);
});

describe('a redirect', () => {
  const places: readonly (readonly [string, (other: string) => string])[] = [
    ['to another server', (other) => other + RPC],
    ['to another server without scheme', (other) => `${other.replace('https:', '')}${RPC}`],
    ['to plain HTTP', (other) => `${other.replace('https:', 'http:')}${RPC}`],
  ];

  it.each(
    places.flatMap(([name, to]) => [301, 302, 303, 307, 308].map((s) => [s, name, to] as const)),
  )('%i %s is handed on, and the other server never hears of it', async (status, _, to) => {
    const { sessions, simulator, other } = await setUp();
    const headers = { location: to(other.url) };
    for (const init of [LIST, { ...LIST, redirect: 'follow' as const }, {}]) {
      simulator.fail('api', { reply: {}, status, headers });
      const response = await sessions.fetch(RPC, init);
      expect(response.status).toBe(status);
      expect(response.headers.get('location')).toBe(headers.location);
      expect(response.redirected).toBe(false);
      await response.text();
    }
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 3 });
    expect(other.connections()).toBe(0);
  });

  it('of the repeated request is not followed either', async () => {
    const { sessions, simulator, other } = await setUp();
    await sessions.getSession();
    simulator.endSessions();
    simulator.fail('api', { reply: refused });
    simulator.fail('api', { reply: {}, status: 307, headers: { location: other.url + RPC } });
    expect((await sessions.fetch(RPC, LIST)).status).toBe(307);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
    expect(other.connections()).toBe(0);
  });

  it('with a refusal in its body is no refusal: Betfair gives none with such a status', async () => {
    const { sessions, simulator, other } = await setUp();
    const headers = { location: other.url + RPC };
    simulator.fail('api', { reply: refused, status: 302, headers });
    const response = await sessions.fetch(RPC, LIST);
    expect(response.status).toBe(302);
    expect(await response.text()).toContain(INVALID);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
    expect(other.connections()).toBe(0);
  });

  it('to the same server is not followed: an order could be sent twice', async () => {
    const { sessions, simulator } = await setUp();
    simulator.fail('api', { reply: {}, status: 307, headers: { location: RPC } });
    expect((await sessions.fetch(`${REST}/placeOrders/`, post({}))).status).toBe(307);
    expect(simulator.counts.calls).toBe(1);
  });
});

describe('other ways to another server', () => {
  it('a Host header of the caller does not change the target of a request', async () => {
    const { sessions, simulator, other } = await setUp();
    const headers = { Host: `127.0.0.1:${other.port}`, Forwarded: `host=${other.url}` };
    await sessions.fetch(RPC, { ...LIST, headers }).catch(() => undefined);
    expect(other.connections()).toBe(0);
    expect(simulator.counts.calls).toBeLessThanOrEqual(1);
  });

  it('a dispatcher of the caller is not asked', async () => {
    const { sessions, simulator, other } = await setUp();
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const init = { ...LIST };
    Reflect.set(init, 'dispatcher', dispatcher);
    expect((await sessions.fetch(RPC, init)).status).toBe(200);
    expect(simulator.counts.calls).toBe(1);
    expect(other.connections()).toBe(0);
  });

  it('an endpoint of the API with another name is another server', async () => {
    const { sessions, other } = await setUp();
    for (const url of [
      other.url,
      `https://localhost:${other.port}`,
      `https://127.1:${other.port}`,
    ]) {
      await expect(sessions.fetch(url + RPC, LIST)).rejects.toMatchObject({
        code: 'BETFAIR_FOREIGN_URL',
      });
    }
    expect(other.connections()).toBe(0);
  });
});

/** URLs made of pieces of the API's own URL, of the other server's, and of what confuses those who compare them. */
function urls(api: URL, other: URL): fc.Arbitrary<string | URL> {
  const piece = fc.oneof(
    fc.constantFrom(api.origin, api.host, api.hostname, `:${api.port}`, 'https:', '//', RPC),
    fc.constantFrom(other.origin, other.host, `:${other.port}`, `localhost:${other.port}`),
    fc.constantFrom(
      ...words('http: wss: blob: file: data: javascript: / \\ \\\\ @ user:pw@ : ? # ; . ..'),
    ),
    fc.constantFrom(...words('127.1 0x7f.1 [::1] localhost evil.example api.betfair.com %2f %00')),
    fc.constantFrom('\t', '\n', ' ', '\u202E', '\uFEFF', '。', '１２７.0.0.1'),
    fc.string({ maxLength: 4 }),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  return fc.oneof(
    { arbitrary: text, weight: 6 },
    { arbitrary: text.filter((one) => URL.canParse(one)).map((one) => new URL(one)), weight: 1 },
    { arbitrary: fc.webUrl({ withQueryParameters: true, withFragments: true }), weight: 1 },
  );
}

describe('any URL given to fetch', () => {
  it('the request goes to the API or is refused before it is sent', async () => {
    const { sessions, simulator, other } = await setUp();
    await sessions.getSession();
    let arrived = 0;
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(urls(new URL(simulator.url), new URL(other.url)), async (url) => {
        simulator.clearRequests();
        const outcome: unknown = await sessions.fetch(url, LIST).catch((error: unknown) => error);
        const code = read(outcome, 'code');
        if (code !== undefined) {
          expect(['BETFAIR_FOREIGN_URL', 'ERR_INVALID_URL']).toContain(code);
          expect(simulator.requests).toEqual([]);
          refusals += 1;
        } else {
          expect(simulator.requests).toHaveLength(1);
          arrived += 1;
        }
      }),
      { numRuns: 3_000 },
    );
    expect(other.connections()).toBe(0);
    // Of both there are many.
    expect(arrived).toBeGreaterThan(300);
    expect(refusals).toBeGreaterThan(300);
  }, 120_000);
});
