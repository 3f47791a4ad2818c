import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { closeAccounts } from '../../support/account.js';
import { placeOrders, post, RPC, until } from '../../support/betting.js';
import { answer, closeOwnApis, startOwnApi } from '../../support/own-api.js';
import { succeeded } from '../rejections.fixture.js';

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
});

const ORDER = post(placeOrders());

describe('an order by fetch is sent once', () => {
  it.each([408, 421, 425, 429, 500, 502, 503, 504])(
    'when it is answered with %i',
    async (status) => {
      const { sessions, requests } = await startOwnApi(answer({}, status));
      const response = await sessions.fetch(RPC, ORDER);
      expect(response.status).toBe(status);
      await response.text();
      expect(requests()).toBe(1);
    },
  );

  it('when its connection ends without an answer', async () => {
    const { sessions, requests } = await startOwnApi((request) => request.socket.destroy());
    await expect(sessions.fetch(RPC, ORDER)).rejects.toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
    });
    expect(requests()).toBe(1);
  });

  it('when the connection that it takes is closed as it arrives', async () => {
    let first = true;
    const { sessions, requests, connections } = await startOwnApi((request, response) => {
      if (!first) return void request.socket.destroy();
      first = false;
      answer(succeeded)(request, response);
    });
    await (await sessions.fetch(RPC, ORDER)).text();
    await expect(sessions.fetch(RPC, ORDER)).rejects.toThrow('fetch failed');
    expect(requests()).toBe(2);
    expect(connections()).toBe(1);
  });

  it('over a new connection when the old one ended meanwhile', async () => {
    const sockets: TLSSocket[] = [];
    const { sessions, server, requests, connections } = await startOwnApi(answer(succeeded));
    server.on('secureConnection', (socket: TLSSocket) => sockets.push(socket));
    await (await sessions.fetch(RPC, ORDER)).text();
    await delay(50);
    for (const socket of sockets) socket.end();
    await until(() => sockets.every((socket) => socket.destroyed));
    await (await sessions.fetch(RPC, ORDER)).text();
    expect(requests()).toBe(2);
    expect(connections()).toBe(2);
  });

  it('and not at all when it is given up before it has a connection', async () => {
    const { sessions, server, requests } = await startOwnApi(answer(succeeded));
    await sessions.getSession();
    await delay(100);
    server.closeAllConnections();
    await delay(100);
    const controller = new AbortController();
    const given = sessions.fetch(RPC, { ...ORDER, signal: controller.signal });
    controller.abort();
    await expect(given).rejects.toBe(controller.signal.reason);
    await delay(300);
    expect(requests()).toBe(0);
  });

  it('and not at all when its signal is aborted already', async () => {
    const { sessions, requests } = await startOwnApi(answer(succeeded));
    await sessions.getSession();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(sessions.fetch(RPC, { ...ORDER, signal })).rejects.toThrow('enough');
    expect(requests()).toBe(0);
  });
});

describe('an answer in pieces', () => {
  it('is handed on with its headers if it cannot be a refusal', async () => {
    const { sessions } = await startOwnApi(async (request, response) => {
      await once(request.resume(), 'end');
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"currentOrders":[');
      await delay(1_000);
      response.end(']}');
    });
    const began = performance.now();
    const response = await sessions.fetch('/exchange/betting/rest/v1.0/listCurrentOrders/', {
      method: 'POST',
      body: '{}',
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    // The rest comes a second later.
    expect(performance.now() - began).toBeLessThan(900);
    expect(Buffer.from(first?.value ?? []).toString()).toBe('{"currentOrders":[');
    const rest = await reader?.read();
    expect(Buffer.from(rest?.value ?? []).toString()).toBe(']}');
  });
});
