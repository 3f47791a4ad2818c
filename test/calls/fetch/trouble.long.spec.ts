import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../../../lib/calls/fetch/exchange.js';
import { ApiConnections } from '../../../lib/common/http/api-connections.js';
import { loadUndici } from '../../../lib/common/http/undici.js';
import { closeAccounts, createAccount, times } from '../../support/account.js';
import { placeOrders, post, RPC, rpcCall } from '../../support/betting.js';
import { answer, closeOwnApis, startOwnApi, type OwnApi } from '../../support/own-api.js';
import { CountingClock } from '../../support/counting.clock.js';
import { succeeded } from '../rejections.fixture.js';

const servers: Server[] = [];

afterEach(async () => {
  delete process.env['HTTPS_PROXY'];
  await closeOwnApis();
  await closeAccounts();
  for (const server of servers.splice(0)) server.close();
});

const ORDER = post(placeOrders());
const LIST = post(rpcCall('listEventTypes'));

/** A server that does with its connections what a test says, and how many it had. */
async function startRaw(port: number, handle: (socket: Socket) => unknown) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** With a session, and its API out of reach. */
async function startUnreachable(): Promise<OwnApi & { readonly port: number }> {
  const api = await startOwnApi(answer(succeeded));
  await (await api.sessions.fetch(RPC, LIST)).text();
  api.server.closeAllConnections();
  api.server.close();
  await delay(100);
  return { ...api, port: Number(new URL(api.url).port) };
}

beforeAll(async () => void (await loadUndici()));

describe('an order', () => {
  it.each([
    ['closes', (socket: Socket) => socket.on('data', () => socket.end())],
    ['answers half', (socket: Socket) => socket.on('data', () => socket.end('HTTP/1.1 2'))],
    ['refuses', (socket: Socket) => socket.on('data', () => socket.end('HTTP/1.1 407 No\r\n\r\n'))],
  ])('fails at once, after one attempt, where the proxy %s', async (_, handle) => {
    const proxy = await startRaw(0, handle);
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    const clock = new CountingClock();
    const { ca } = await createAccount().then(({ simulator }) => simulator);
    const connections = new ApiConnections(new URL('https://127.0.0.1:1'), [ca], clock);
    const sent = exchange(
      connections.dispatcher,
      { origin: 'https://127.0.0.1:1', path: '/', method: 'POST', headers: {}, body: ORDER.body },
      { signal: undefined, input: undefined },
    );
    await expect(sent).rejects.toThrow('fetch failed');
    await delay(200);
    expect(proxy.connections()).toBe(1);
    await connections.destroy(new Error('over'));
  });

  it('fails after ten seconds if the proxy never answers', async () => {
    const proxy = await startRaw(0, () => undefined);
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`;
    const origin = 'https://127.0.0.1:1';
    const connections = new ApiConnections(new URL(origin), [], new CountingClock());
    const sent = exchange(
      connections.dispatcher,
      { origin, path: '/', method: 'POST', headers: {}, body: ORDER.body },
      { signal: undefined, input: undefined },
    );
    await expect(sent).rejects.toMatchObject({ cause: { code: 'ETIMEDOUT' } });
    await connections.destroy(new Error('over'));
    await proxy.close();
  });

  it('waits no longer for handshakes that their callers gave up', async () => {
    const { sessions, port, server } = await startUnreachable();
    const stalling = await startRaw(port, () => undefined);
    const given = times(80, () =>
      sessions.fetch(RPC, { ...LIST, signal: AbortSignal.timeout(1_200) }).catch(() => undefined),
    );
    await Promise.all(given);
    await stalling.close();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const began = performance.now();
    expect((await sessions.fetch(RPC, ORDER)).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is never sent late after connections failed for a moment', async () => {
    const { sessions, port, server, requests } = await startUnreachable();
    const resetting = await startRaw(port, (socket) => socket.resetAndDestroy());
    const before = requests();
    const outcomes = await Promise.allSettled(times(100, () => sessions.fetch(RPC, ORDER)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await resetting.close();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await delay(300);
    expect(requests()).toBe(before);
    expect((await sessions.fetch(RPC, ORDER)).status).toBe(200);
  });

  it('that is open at the shutdown gets its answer, and later calls fail with BETFAIR_CLOSED', async () => {
    const { sessions, requests } = await startOwnApi((request, response) => {
      setTimeout(() => answer(succeeded)(request, response), 300);
    });
    await sessions.getSession();
    const order = sessions.fetch(RPC, ORDER);
    while (requests() === 0) await delay(10);
    const closing = closeAccounts();
    expect(await (await order).json()).toEqual(succeeded);
    await closing;
    await expect(sessions.fetch(RPC, ORDER)).rejects.toMatchObject({ code: 'BETFAIR_CLOSED' });
  });
});

describe('a body', () => {
  const bodies: readonly (readonly [string, unknown, string, string])[] = [
    ['a number', 5, '5', 'application/json'],
    ['a text object', new String('{"a":1}'), '{"a":1}', 'application/json'],
    [
      'a Blob of another implementation',
      { type: 'text/x', arrayBuffer: async () => new TextEncoder().encode('abc').buffer },
      'abc',
      'text/x',
    ],
  ];

  it.each(bodies)('that is %s is sent', async (_, body, text, type) => {
    const got: unknown[] = [];
    const { sessions } = await startOwnApi(async (request, response) => {
      let content = '';
      for await (const chunk of request) content += String(chunk);
      got.push([content, request.headers['content-type']]);
      response.end('{}');
    });
    await Reflect.apply(sessions.fetch, undefined, ['/x', { method: 'POST', body }]);
    expect(got).toEqual([[text, type]]);
  });

  it.each<[string, () => unknown]>([
    ['a list', () => [{ a: 1 }]],
    ['a Map', () => new Map()],
    ['a function', () => () => 1],
    [
      'a stream that is being read',
      () => {
        const stream = new Blob(['abc']).stream();
        stream.getReader();
        return stream;
      },
    ],
  ])('that is %s is refused, and nothing is sent', async (_, body) => {
    const { sessions, requests } = await startOwnApi(answer({}));
    const sent: Promise<Response> = Reflect.apply(sessions.fetch, undefined, [
      '/x',
      { method: 'POST', body: body(), duplex: 'half' },
    ]);
    // By its name: Node makes some of them outside of the realm of this test.
    await expect(sent).rejects.toMatchObject({ name: 'TypeError' });
    expect(requests()).toBe(0);
  });
});
