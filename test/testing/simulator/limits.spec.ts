import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { BetfairConfigurationError } from '../../../lib/errors/index.js';
import {
  BetfairSimulator,
  createTestSession,
  type SimulatorLimits,
} from '../../../lib/testing/index.js';
import { StreamWire } from './stream/stream-wire.js';
import { BETTING, rightClient, rpc, send, type Reply } from './wire.js';

/** Another address of this machine: Linux has all of 127.0.0.0/8, other systems only 127.0.0.1. */
const ELSEWHERE = '127.0.0.2';
const hasElsewhere = await canBind(ELSEWHERE);
if (!hasElsewhere) console.warn(`Skipped what needs a second address: no ${ELSEWHERE} here.`);

let simulator: BetfairSimulator;
const started: BetfairSimulator[] = [];
const streams: StreamWire[] = [];

async function start(limits?: SimulatorLimits): Promise<void> {
  simulator = await BetfairSimulator.start({ limits });
  started.push(simulator);
}

afterEach(async () => {
  for (const stream of streams.splice(0)) stream.destroy();
  await Promise.all(started.splice(0).map((one) => one.stop()));
});

async function openStream(token: string, localAddress?: string): Promise<unknown> {
  const stream = new StreamWire(simulator, localAddress);
  streams.push(stream);
  await stream.next();
  const session = createTestSession({ ...simulator.options(), token });
  return stream.ask(session.streamAuthentication({ id: 1 }));
}

/** A request with that token from the other address, which claims to come from the first. */
function fromElsewhere(token: string, url: string, body = ''): Promise<Reply> {
  const { apiHeaders } = rightClient(simulator.options());
  const forged = {
    'x-forwarded-for': '127.0.0.1',
    'x-ip': '127.0.0.1',
    forwarded: 'for=127.0.0.1',
  };
  const headers = { ...apiHeaders(token), ...forged };
  return send(simulator.ca, url, { headers, body, localAddress: ELSEWHERE });
}

describe('limits.connections', () => {
  it.each([0, 1, 3])('of %s lets that many connections in', async (connections) => {
    await start({ connections });
    const token = await rightClient(simulator.options()).token();
    for (let left = connections - 1; left >= 0; left -= 1) {
      expect(await openStream(token)).toMatchObject({ connectionsAvailable: left });
    }
    expect(await openStream(token)).toMatchObject({ errorCode: 'MAX_CONNECTION_LIMIT_EXCEEDED' });
  });

  it.each([-1, 1.5, Number.NaN])('cannot be %s', async (connections) => {
    await expect(start({ connections })).rejects.toThrow(BetfairConfigurationError);
  });
});

(hasElsewhere ? describe : describe.skip)('limits.boundToAddress', () => {
  const LIST = rpc('SportsAPING/v1.0/listEventTypes');

  it.each([
    ['keepAlive', { token: '', error: 'NO_SESSION' }],
    ['logout', { error: 'NO_SESSION' }],
    ['api', { error: { message: 'ANGX-0003' } }],
  ] as const)('ends a session that another address uses at %s', async (endpoint, refusal) => {
    await start({ boundToAddress: true });
    const client = rightClient(simulator.options());
    const token = await client.token();
    const { endpoints, username } = simulator.options();
    const url = endpoint === 'api' ? endpoints.api + BETTING : endpoints[endpoint];

    const elsewhere = await fromElsewhere(token, url, JSON.stringify(LIST));
    const back = await client.call(token, BETTING, LIST);

    expect(elsewhere.json()).toMatchObject(refusal);
    expect(back.json()).toMatchObject({ error: { message: 'ANGX-0003' } });
    expect(simulator.liveTokens()).toEqual([]);
    expect(simulator.requests.slice(-2)).toMatchObject([
      { address: ELSEWHERE, username },
      { address: '127.0.0.1', username },
    ]);
  });

  it('ends a session that another address shows to the Stream API', async () => {
    await start({ boundToAddress: true });
    const token = await rightClient(simulator.options()).token();
    expect(await openStream(token)).toMatchObject({ statusCode: 'SUCCESS' });
    expect(await openStream(token, ELSEWHERE)).toMatchObject({
      errorCode: 'INVALID_SESSION_INFORMATION',
    });
    // The first connection is told at its next message.
    expect(await streams[0]?.ask({ op: 'heartbeat', id: 2 })).toMatchObject({
      errorCode: 'INVALID_SESSION_INFORMATION',
      connectionClosed: true,
    });
  });

  it('leaves other sessions alone, and lets each address log in for itself', async () => {
    await start({ boundToAddress: true });
    const client = rightClient(simulator.options());
    const [ended, own] = [await client.token(), await client.token()];
    const { endpoints, ca } = simulator.options();
    await fromElsewhere(ended, endpoints.keepAlive);

    await send(ca, endpoints.login, {
      headers: client.formHeaders,
      body: client.form(),
      localAddress: ELSEWHERE,
    });
    const tokens = simulator.liveTokens();

    expect(tokens).toEqual([own, expect.any(String)]);
    expect((await client.keepAlive(own)).json()).toMatchObject({ status: 'SUCCESS' });
    const elsewhere = await fromElsewhere(tokens[1] ?? '', endpoints.keepAlive);
    expect(elsewhere.json()).toMatchObject({ status: 'SUCCESS' });
  });

  it('is off by default', async () => {
    await start();
    const token = await rightClient(simulator.options()).token();
    const reply = await fromElsewhere(token, simulator.options().endpoints.keepAlive);
    expect(reply.json()).toMatchObject({ token, status: 'SUCCESS' });
  });
});

async function canBind(address: string): Promise<boolean> {
  const server: Server = createServer();
  try {
    await once(server.listen(0, address), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
