import { config, take } from 'rxjs';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { mockSessionService } from 'nestjs-betfair-session/testing';
import { closeAccounts } from '../support/account.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { Follower, MARKET, ORDERS, StreamScene } from './follower.js';

afterEach(closeAccounts);

const ALL_MARKETS = {
  subscription: { op: 'marketSubscription', marketFilter: {} },
  heartbeatMs: 1_000,
} as const;

describe('a subscription', () => {
  it('begins with an image, and goes on with changes and heartbeats', async () => {
    const scene = await StreamScene.start();
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);

    expect(follower.messages[0]).toMatchObject({
      op: 'mcm',
      ct: 'SUB_IMAGE',
      initialClk: expect.any(String),
      clk: expect.any(String),
      heartbeatMs: 1_000,
      mc: [{ id: '1.234567890', img: true, rc: [{ batb: expect.any(Array) }, {}] }],
    });
    await scene.clock.advance(60_000);
    await scene.until(() => follower.kinds.includes('CHANGE'));
    await scene.until(() => follower.kinds.includes('HEARTBEAT'));
    expect(scene.simulator.stream.counts).toMatchObject({ connections: 1, authentications: 1 });
  });

  it('of orders reports an order as soon as it is placed', async () => {
    const scene = await StreamScene.start();
    const follower = scene.followOrders();
    await scene.until(() => follower.messages.length === 1);
    await scene.placeOrder();
    await scene.until(() => follower.messages.length === 2);
    expect(follower.messages[1]).toMatchObject({
      op: 'ocm',
      oc: [{ id: '1.234567890', orc: [{ id: 47972, uo: [{ side: 'B', p: 1000, s: 2, sr: 2 }] }] }],
    });
  });

  it('joins the segments of a large change, unless it asks for none', async () => {
    const scene = await StreamScene.start();
    const segmented = scene.followMarkets(ALL_MARKETS);
    const whole = scene.followMarkets({
      ...ALL_MARKETS,
      subscription: { ...ALL_MARKETS.subscription, segmentationEnabled: false },
    });
    await scene.until(() => segmented.messages.length === 1 && whole.messages.length === 1);
    for (const { messages } of [segmented, whole]) {
      expect(messages[0]?.mc).toHaveLength(12);
      expect(messages[0]).not.toHaveProperty('segmentType');
    }
  });

  it('copies what it is given', async () => {
    const scene = await StreamScene.start();
    const marketIds = ['1.234567890'];
    const messages$ = scene.stream.messages({
      subscription: { op: 'marketSubscription', marketFilter: { marketIds } },
    });
    marketIds[0] = '1.234567891';
    const follower = new Follower(messages$);
    await scene.until(() => follower.messages.length === 1);
    expect(follower.messages[0]?.mc?.[0]?.id).toBe('1.234567890');
  });

  it('has a connection of its own for each that subscribes, and ends it with that', async () => {
    const scene = await StreamScene.start();
    const { stream } = scene.simulator;
    const messages$ = scene.stream.messages(MARKET);
    const one = new Follower(messages$);
    const other = new Follower(messages$.pipe(take(1)));
    await scene.until(() => one.messages.length === 1 && other.completed);
    expect(stream.counts.connections).toBe(2);
    await scene.until(() => stream.counts.open === 1);
    expect(scene.stream.status).toHaveLength(1);
    one.unsubscribe();
    await scene.until(() => stream.counts.open === 0);
    expect(scene.stream.status).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    const scene = await StreamScene.start();
    const timers: number[] = [];
    for (let time = 0; time < 4; time += 1) {
      const follower = scene.followMarkets();
      await scene.until(() => follower.messages.length === 1);
      follower.unsubscribe();
      await scene.until(() => scene.simulator.stream.counts.open === 0);
      timers.push(scene.clock.timers);
    }
    expect(timers[3]).toBe(timers[1]);
  });

  it('is given up while it is still connecting', async () => {
    const scene = await StreamScene.start();
    const { stream } = scene.simulator;
    const follower = scene.followMarkets();
    await scene.until(() => stream.counts.connections === 1);
    follower.unsubscribe();
    expect(scene.stream.status).toEqual([]);
    await scene.until(() => stream.counts.open === 0);
    await scene.clock.advance(60_000);
    expect(stream.counts.connections).toBe(1);
    expect(follower.messages).toEqual([]);
  });

  it('goes on after a consumer that throws', async () => {
    const scene = await StreamScene.start();
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    const messages: unknown[] = [];
    const mine = new Error('mine');
    const subscription = scene.stream.messages(MARKET).subscribe((message) => {
      messages.push(message);
      throw mine;
    });
    await scene.until(() => messages.length === 1);
    await scene.clock.advance(5_000);
    await scene.until(() => messages.length > 3);
    subscription.unsubscribe();
    await scene.until(() => thrown.length === messages.length);
    config.onUnhandledError = null;
    expect(new Set(thrown)).toEqual(new Set([mine]));
    expect(scene.simulator.stream.counts.connections).toBe(1);
  });
});

describe('the status', () => {
  it('says how each subscription is served', async () => {
    const scene = await StreamScene.start();
    const since = new Date(scene.clock.wall());
    const follower = scene.followOrders();
    await scene.subscribed();
    const { subscription } = ORDERS;
    const connectionId = expect.stringMatching(/^101-[\d-]+$/);
    expect(scene.statuses).toEqual([
      [],
      [{ subscription, state: 'connecting', since, failures: 0 }],
      [{ subscription, state: 'subscribed', since, failures: 0, connectionId }],
    ]);
    expect(scene.status?.subscription).toBe(subscription);
    expect(scene.logged).toContain(
      'The orderSubscription of the Stream API is served (connection 101-',
    );
    follower.unsubscribe();
    expect(scene.stream.status).toEqual([]);
  });

  it('says why a subscription waits, and since when', async () => {
    const scene = await StreamScene.start();
    scene.followMarkets();
    await scene.subscribed();
    scene.simulator.stream.fail('UNEXPECTED_ERROR', { times: 2 });
    scene.simulator.stream.cut();
    await scene.state('waiting');
    expect(scene.status).toMatchObject({ failures: 1, error: { code: 'BETFAIR_STREAM_LOST' } });
    await scene.clock.advance(1_000);
    await scene.until(() => scene.status?.failures === 2 && scene.status.state === 'waiting');
    expect(scene.status).toMatchObject({
      error: { code: 'BETFAIR_STREAM_REFUSED', errorCode: 'UNEXPECTED_ERROR', retryable: true },
    });
    await scene.again();
    expect(scene.status).toMatchObject({ failures: 0 });
    expect(scene.status).not.toHaveProperty('error');
  });
});

it('gives every listener the latest status last, also if one of them ends a subscription', async () => {
  const scene = await StreamScene.start();
  const seen: (string | undefined)[] = [];
  const follower = scene.followMarkets();
  scene.stream.status$.subscribe(([status]) => {
    if (status?.state === 'subscribed') follower.unsubscribe();
  });
  scene.stream.status$.subscribe(([status]) => seen.push(status?.state));
  await scene.until(() => scene.stream.status.length === 0);
  expect(seen.at(-1)).toBeUndefined();
});

describe('the session', () => {
  it('is kept alive while a subscription is served and nothing else uses it', async () => {
    const scene = await StreamScene.start({ options: { sessionLifetime: 20 * 60_000 } });
    scene.followOrders({ ...ORDERS, heartbeatMs: 5_000 });
    await scene.subscribed();
    await scene.clock.advance(45 * 60_000);
    const { keepAlives, logins } = scene.simulator.counts;
    expect(logins).toBe(1);
    expect(keepAlives).toBeGreaterThanOrEqual(2);
    expect(keepAlives).toBeLessThan(6);
  });

  it('that another process replaced does not end a connection; the next one uses the new session', async () => {
    const scene = await StreamScene.start();
    const { clock, simulator } = scene;
    const { sessions } = scene.application;
    const follower = scene.followMarkets();
    await scene.until(() => follower.messages.length === 1);
    const { token } = await sessions.getSession();
    await clock.until(replaceOnProof(simulator, sessions));
    await clock.advance(5_000);
    expect(simulator.stream.counts).toMatchObject({ connections: 1, open: 1 });
    expect((await sessions.getSession()).token).not.toBe(token);
    simulator.stream.cut();
    await scene.again();
    expect(simulator.stream.counts).toMatchObject({ connections: 2, resumed: 1 });
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('misuse', () => {
  it.each([
    [undefined, /subscription: must be an object/],
    [{}, /subscription: must be an object/],
    [{ subscription: { op: 'heartbeat' } }, /'marketSubscription' or 'orderSubscription'/],
    [{ subscription: { op: 'marketSubscription', n: 1n } }, /plain data/],
    [{ subscription: { op: 'orderSubscription', orderFilter: new Map() } }, /no Set, no Map/],
    [
      { subscription: { ...MARKET.subscription, marketFilter: { marketIds: new Set(['1.2']) } } },
      /no Set/,
    ],
    [
      { subscription: { op: 'marketSubscription', marketFilter: undefined } },
      /subscription\.marketFilter: must be an object/,
    ],
    [
      { subscription: { ...MARKET.subscription, heartbeatMs: 500 } },
      /subscription\.heartbeatMs: move it out of the subscription/,
    ],
    [{ subscription: { ...MARKET.subscription, clk: 'x' } }, /subscription\.clk: remove it/],
    [
      { subscription: { op: 'orderSubscription', marketFilter: {} } },
      /orderSubscription has no such member\. The members are: op, orderFilter/,
    ],
    [{ ...MARKET, heartbeatMs: 499 }, /heartbeatMs: .* from 500 to 5000/],
    [{ ...MARKET, heartbeatMs: '500' }, /heartbeatMs: /],
    [{ ...MARKET, conflateMs: -1 }, /conflateMs: /],
    [{ ...MARKET, heartbeatMS: 500 }, /heartbeatMS: messages\(\) has no such option/],
  ])('of messages(%j) is refused at once', async (options, fault) => {
    const { stream } = await StreamScene.start();
    const messages: unknown = Reflect.get(stream, 'messages');
    if (typeof messages !== 'function') throw new TypeError('No method.');
    expect(() => Reflect.apply(messages, stream, [options])).toThrow(fault);
  });

  it.each([
    [{ host: 'https://stream-api.betfair.com' }, /host: must be a host name/],
    [{ port: 0 }, /port: must be a number from 1 to 65535/],
    [{ port: '443' }, /port: must be a number/],
    [{ host: 5 }, /host: must be a host name/],
    [{ ca: 'ca.pem' }, /ca: must be a PEM certificate/],
  ])('of new BetfairStream(sessions, %j) is refused', (address, fault) => {
    expect(() => Reflect.construct(BetfairStream, [mockSessionService(), address])).toThrow(fault);
  });

  it('of a mocked SessionService is explained, and sends nothing', () => {
    const stream = new BetfairStream(mockSessionService());
    expect(() => stream.messages(MARKET)).toThrow(/mocked SessionService .* use BetfairSimulator/);
  });

  it.each([undefined, null, {}, { getSession: () => undefined }])(
    'of %j in place of a SessionService is explained',
    (sessions) => {
      const stream: unknown = Reflect.construct(BetfairStream, [sessions]);
      if (!(stream instanceof BetfairStream)) throw new TypeError('No stream.');
      expect(() => stream.messages(MARKET)).toThrow(/needs a real SessionService/);
    },
  );

  it('of a jurisdiction without a documented host is explained', async () => {
    const { stream } = await StreamScene.start({
      options: { jurisdiction: 'spain', endpoints: {} },
    });
    expect(() => stream.messages(MARKET)).toThrow(
      /jurisdiction "spain"\. Set endpoints\.stream, or BETFAIR_ENDPOINT_STREAM/,
    );
  });
});
