import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isInvalidSession } from '../../../../lib/index.js';
import {
  BetfairSimulator,
  type BetfairSimulatorOptions,
  createTestSession,
} from '../../../../lib/testing/index.js';
import { StreamWire } from './stream-wire.js';
import { rightClient, TestClock, until } from '../wire.js';

let simulator: BetfairSimulator;
const clients: StreamWire[] = [];

async function start(options?: BetfairSimulatorOptions): Promise<void> {
  simulator = await BetfairSimulator.start(options);
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await simulator.stop();
});

/** A connection that has been greeted. */
async function open(isSlow = false): Promise<StreamWire> {
  const client = new StreamWire(simulator, undefined, isSlow);
  clients.push(client);
  expect(await client.next()).toEqual({
    op: 'connection',
    connectionId: expect.stringMatching(/^101-\d{12}-\d+$/),
  });
  return client;
}

/** What authenticates with a session of that account, or of the first. */
async function authentication(username?: string) {
  const options = simulator.options(username);
  const token = await rightClient(options).token();
  return createTestSession({ ...options, token }).streamAuthentication({ id: 1 });
}

async function authenticated(username?: string): Promise<StreamWire> {
  const client = await open();
  expect(await client.ask(await authentication(username))).toMatchObject({ statusCode: 'SUCCESS' });
  return client;
}

/** Connections of this process, those included that nothing in it knows any more. */
function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

function refusal(errorCode: string, id?: number) {
  return {
    op: 'status',
    ...(id !== undefined && { id }),
    statusCode: 'FAILURE',
    errorCode,
    errorMessage: expect.any(String),
    connectionClosed: true,
    connectionId: expect.any(String),
  };
}

describe('authentication', () => {
  it('is answered, and lets heartbeats and subscriptions through', async () => {
    await start();
    const client = await open();
    const success = { op: 'status', statusCode: 'SUCCESS', connectionClosed: false };

    expect(await client.ask(await authentication())).toEqual({
      ...success,
      id: 1,
      connectionsAvailable: 9,
    });
    expect(await client.ask({ op: 'heartbeat', id: 2 })).toEqual({ ...success, id: 2 });
    expect(await client.ask({ op: 'orderSubscription', id: 3 })).toEqual({ ...success, id: 3 });
    expect(await client.next()).toMatchObject({ op: 'ocm', id: 3 });
    expect(await client.ask({ op: 'orderSubscription' })).toEqual(success);
    expect(simulator.stream.counts).toEqual({
      connections: 1,
      authentications: 1,
      open: 1,
      subscriptions: 2,
      resumed: 0,
    });
  });

  it.each([
    ['NO_APP_KEY', { appKey: undefined }],
    ['NO_APP_KEY', { appKey: '' }],
    ['INVALID_APP_KEY', { appKey: 'another' }],
    ['NO_SESSION', { session: undefined }],
    ['INVALID_SESSION_INFORMATION', { session: 'unknown' }],
  ])('is refused with %s and closed for %p', async (errorCode, wrong) => {
    await start();
    const client = await open();
    expect(await client.ask({ ...(await authentication()), ...wrong })).toEqual(
      refusal(errorCode, 1),
    );
    await client.closed;
    await until(() => simulator.stream.counts.open === 0);
    expect(simulator.stream.counts).toMatchObject({ connections: 1, authentications: 0 });
  });

  it('is refused for a dead session, in words that quote it, as isInvalidSession reads', async () => {
    await start();
    const message = await authentication();
    simulator.endSessions();
    const status = await (await open()).ask(message);
    expect(status).toEqual(refusal('INVALID_SESSION_INFORMATION', 1));
    expect(isInvalidSession(status)).toBe(true);
    expect(JSON.stringify(status)).toContain(message.appKey);
    expect(JSON.stringify(status)).toContain(message.session);
  });

  it('comes before everything else, and once', async () => {
    await start();
    expect(await (await open()).ask({ op: 'heartbeat', id: 7 })).toEqual(
      refusal('NOT_AUTHORIZED', 7),
    );
    expect(await (await open()).ask({ op: 'orderSubscription', id: 8 })).toEqual(
      refusal('NOT_AUTHORIZED', 8),
    );
    const client = await authenticated();
    expect(await client.ask(await authentication())).toEqual(refusal('INVALID_REQUEST', 1));
    await client.closed;
  });

  it('is refused beyond ten connections of one account, until one of them closes', async () => {
    await start({ accounts: [{ username: 'a' }, { username: 'b' }] });
    const message = await authentication('a');
    const ten: StreamWire[] = [];
    for (let connection = 0; connection < 10; connection += 1) {
      const client = await open();
      await client.ask(message);
      ten.push(client);
    }
    expect(await (await open()).ask(message)).toEqual(refusal('MAX_CONNECTION_LIMIT_EXCEEDED', 1));
    await authenticated('b');
    ten[0]?.destroy();
    await until(() => simulator.stream.counts.open === 10);
    expect(await (await open()).ask(message)).toMatchObject({ connectionsAvailable: 0 });
  });

  it('does not count a connection whose session has ended, though its client has not closed it', async () => {
    const clock = new TestClock();
    await start({ accounts: [{ sessionLifetime: 60_000 }], clock, limits: { connections: 1 } });
    const slow = await open(true);
    await slow.ask(await authentication());
    simulator.endSessions();
    expect(await slow.next()).toEqual(refusal('INVALID_SESSION_INFORMATION'));
    await authenticated();
    clock.now += 60_000;
    await authenticated();
    expect(simulator.stream.counts.open).toBe(3);
    expect(await (await open()).ask(await authentication())).toMatchObject({
      errorCode: 'MAX_CONNECTION_LIMIT_EXCEEDED',
    });
  });

  it('is refused with the code that a test asks for, that often', async () => {
    await start();
    simulator.stream.fail('NOT_AUTHORIZED', { times: 2 });
    const message = await authentication();
    for (const expected of ['NOT_AUTHORIZED', 'NOT_AUTHORIZED', undefined]) {
      const status = await (await open()).ask(message);
      expect(status).toMatchObject(
        expected ? { errorCode: expected } : { statusCode: 'SUCCESS', connectionClosed: false },
      );
    }
  });
});

it('an authentication can be refused until the faults are cleared', async () => {
  await start();
  simulator.stream.fail('TOO_MANY_REQUESTS', { times: Infinity });
  const message = await authentication();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect(await (await open()).ask(message)).toEqual(refusal('TOO_MANY_REQUESTS', 1));
  }
  simulator.clearFaults();
  await authenticated();
});

describe('what arrives', () => {
  it.each([
    ['no JSON', 'no JSON\r\n'],
    ['no object', '[]\r\n'],
    ['no known op', '{"op":"login","id":1}\r\n'],
    ['a line of more than 64 KiB', `${' '.repeat(65_537)}{"op":"heartbeat"}\r\n`],
    ['a line that does not end within 64 KiB', ' '.repeat(200_000)],
    ['bytes', Buffer.from(Array.from({ length: 4_096 }, (_, byte) => byte % 256))],
  ])('%s is refused with INVALID_INPUT and closed', async (_name, text) => {
    await start();
    const client = await open();
    expect(await client.write(text).next()).toMatchObject({ errorCode: 'INVALID_INPUT' });
    await client.closed;
    await until(() => simulator.stream.counts.open === 0);
  });

  it('may come in pieces, and several at once', async () => {
    await start();
    const client = await open();
    const line = JSON.stringify(await authentication());
    const heartbeats = '{"op":"heartbeat","id":2}\r\n{"op":"heartbeat","id":3}\n';
    client.write(line.slice(0, 20));
    await new Promise(setImmediate);
    client.write(`${line.slice(20)}\r\n${heartbeats}`);
    for (const id of [1, 2, 3]) {
      expect(await client.next()).toMatchObject({ id, statusCode: 'SUCCESS' });
    }
  });
});

describe('an authenticated connection', () => {
  it('is told of the end of its session, and closed; those of other accounts stay', async () => {
    await start({ accounts: [{ username: 'a' }, { username: 'b' }] });
    const [ended, other] = [await authenticated('a'), await authenticated('b')];
    simulator.endSessions('a');
    expect(await ended.next()).toEqual(refusal('INVALID_SESSION_INFORMATION'));
    await ended.closed;
    expect(await other.ask({ op: 'heartbeat', id: 2 })).toMatchObject({ statusCode: 'SUCCESS' });
  });

  it('is told so after a logout', async () => {
    await start();
    const message = await authentication();
    const client = await open();
    await client.ask(message);
    await rightClient(simulator.options()).logout(message.session);
    expect(await client.next()).toEqual(refusal('INVALID_SESSION_INFORMATION'));
  });

  it('is told at its next message that its session has expired', async () => {
    const clock = new TestClock();
    await start({ accounts: [{ sessionLifetime: 60_000 }], clock });
    const client = await authenticated();
    clock.now += 60_000;
    expect(await client.ask({ op: 'heartbeat', id: 2 })).toEqual(
      refusal('INVALID_SESSION_INFORMATION', 2),
    );
  });

  it('is cut without a word', async () => {
    await start();
    const client = await authenticated();
    simulator.stream.cut();
    await client.closed;
    await until(() => simulator.stream.counts.open === 0);
    await authenticated();
    expect(simulator.stream.counts).toMatchObject({ connections: 2, authentications: 2, open: 1 });
  });
});

it('leaves no connection open that is cut while it is being closed', async () => {
  await start();
  // The moment at which the system refuses to reset it lies between these turns of the event loop.
  for (const turns of [0, 1, 2, 3, 4, 5]) {
    const client = await authenticated();
    simulator.endSessions();
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    simulator.stream.cut();
    await client.closed;
  }
  await simulator.stop();
  await until(() => openSockets() === 0);
});

it('survives clients that hang up, in the handshake and after', async () => {
  await start();
  const raw = connect(simulator.stream.port, simulator.stream.host);
  raw.on('error', () => {});
  raw.write('no TLS\r\n');
  (await open()).destroy();
  (await authenticated()).write('{"op":').destroy();
  await until(() => simulator.stream.counts.open === 0);
  await authenticated();
});

it('stop() closes every connection', async () => {
  await start();
  const [fresh, used] = [await open(), await authenticated()];
  await simulator.stop();
  await Promise.all([fresh.closed, used.closed]);
  expect(simulator.stream.counts.open).toBe(0);
});
