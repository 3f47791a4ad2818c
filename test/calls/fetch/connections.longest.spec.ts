import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, type TestProxy } from '../../identity/support/proxy.js';
import { closeAccounts, times } from '../../support/account.js';
import { placeOrders, post, RPC, rpcCall } from '../../support/betting.js';
import { answer, closeOwnApis, startOwnApi } from '../../support/own-api.js';
import { VirtualClock } from '../../support/virtual.clock.js';
import { succeeded } from '../rejections.fixture.js';

const proxies: TestProxy[] = [];

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
  for (const proxy of proxies.splice(0)) await proxy.close();
  delete process.env['HTTPS_PROXY'];
});

const LIST = post(rpcCall('listEventTypes'));
const ORDER = post(placeOrders());

describe('connections to the API', () => {
  it.each(['a direct way', 'a proxy'])(
    'are used again after ten seconds of silence on %s',
    async (way) => {
      const proxy = await startProxy();
      proxies.push(proxy);
      if (way === 'a proxy') process.env['HTTPS_PROXY'] = proxy.url;
      const { sessions, connections, url } = await startOwnApi(answer(succeeded));
      await (await sessions.fetch(RPC, LIST)).text();
      await delay(10_500);
      await (await sessions.fetch(RPC, ORDER)).text();
      expect(connections()).toBe(1);
      const tunnels = proxy.targets.filter((target) => url.endsWith(target));
      expect(tunnels).toHaveLength(way === 'a proxy' ? 1 : 0);
    },
  );

  it('are opened ahead of the first order, which needs no handshake', async () => {
    const { sessions, connections, requests } = await startOwnApi(answer(succeeded));
    await sessions.getSession();
    await delay(500);
    expect(connections()).toBe(1);
    expect(requests()).toBe(0);
    await (await sessions.fetch(RPC, ORDER)).text();
    await (await sessions.fetch(RPC, LIST)).text();
    expect(connections()).toBe(1);
  });

  it('that were opened ahead are closed after a minute without use', async () => {
    const clock = new VirtualClock();
    const { sessions, server, connections } = await startOwnApi(answer(succeeded), {}, clock);
    let open = 0;
    server.on('secureConnection', (socket) => {
      open += 1;
      socket.on('close', () => (open -= 1));
    });
    await clock.until(sessions.getSession());
    await delay(300);
    expect([connections(), open]).toEqual([1, 1]);
    await clock.advance(61_000);
    await delay(100);
    expect(open).toBe(0);
    await clock.until(sessions.fetch(RPC, LIST).then((response) => response.text()));
    expect(connections()).toBe(2);
  });

  it('that were opened ahead and ended by the server are not used', async () => {
    const { sessions, server, connections } = await startOwnApi(answer(succeeded));
    await sessions.getSession();
    await delay(300);
    server.closeAllConnections();
    expect((await sessions.fetch(RPC, ORDER)).status).toBe(200);
    expect(connections()).toBe(2);
  });

  it('without an answer delay no other call', async () => {
    const { sessions, requests } = await startOwnApi((request, response) => {
      if (request.url !== '/hung') answer(succeeded)(request, response);
    });
    const controller = new AbortController();
    const hung = times(200, () =>
      sessions.fetch('/hung', { ...LIST, signal: controller.signal }).catch(() => undefined),
    );
    while (requests() < 200) await delay(20);
    const began = performance.now();
    await (await sessions.fetch(RPC, ORDER)).text();
    // A handshake on a busy machine; it used to be the minute after which the others are given up.
    expect(performance.now() - began).toBeLessThan(5_000);
    controller.abort();
    await Promise.all(hung);
  });

  it('are few for a burst of calls, which then wait for each other instead of for handshakes', async () => {
    const { sessions, connections, requests } = await startOwnApi(answer(succeeded));
    const answers = await Promise.all(
      times(1_000, async () => (await sessions.fetch(RPC, LIST)).json()),
    );
    expect(answers).toEqual(Array(1_000).fill(succeeded));
    expect(requests()).toBe(1_000);
    expect(connections()).toBeLessThan(200);
  });

  it('fail all waiting calls together if nothing can be reached', async () => {
    const { sessions, server } = await startOwnApi(answer(succeeded));
    await sessions.getSession();
    await delay(100);
    server.closeAllConnections();
    server.close();
    await delay(100);
    const outcomes = await Promise.allSettled(times(300, () => sessions.fetch(RPC, LIST)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    server.listen(0);
  });

  it('put one listener on the signal of many calls', async () => {
    const { sessions, simulator } = await startOwnApi(answer(succeeded));
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    simulator.fail('certLogin', { slow: 200 });
    const { signal } = new AbortController();
    const calls = [
      ...times(20, () => sessions.fetch(RPC, { ...LIST, signal })),
      ...times(20, () => sessions.getSession({ signal })),
      ...times(20, () => sessions.run(async () => 1, { signal })),
    ];
    await Promise.all(calls);
    await delay(10);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});
