import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { isRecord } from '../../../lib/common/unknown-values.js';
import { closeApplications, createSessions } from '../../support/application.js';
import { StreamWire } from '../../testing/simulator/stream/stream-wire.js';
import { send, until } from '../../testing/simulator/wire.js';
import { cleanUp, emptyFolder, type RunningSimulator, startSimulator } from './support/command.js';

const ORDERS = { op: 'orderSubscription', id: 5 };

let simulator: RunningSimulator;
let session: string;
const clients: StreamWire[] = [];

beforeAll(async () => {
  simulator = await startSimulator(await emptyFolder());
  const env = parse(await readFile(join(simulator.folder, '.env')));
  const options = { ...betfairSessionOptionsFromEnv(env), storage: 'mem://' };
  const { sessions } = await createSessions(options);
  session = (await sessions.getSession()).token;
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await send(simulator.ca, `${simulator.control}/clear-faults`);
  await until(async () => (await counts())['open'] === 0);
});

afterAll(async () => {
  await closeApplications();
  await cleanUp();
});

const disturb = (wish: unknown, type = 'application/json') =>
  send(simulator.ca, `${simulator.control}/stream`, {
    headers: { 'content-type': type },
    body: typeof wish === 'string' ? wish : JSON.stringify(wish),
  });

async function counts(): Promise<Readonly<Record<string, unknown>>> {
  const reply = await send(simulator.ca, `${simulator.control}/counts`, { method: 'GET' });
  const all = reply.json();
  return isRecord(all) && isRecord(all['stream']) ? all['stream'] : {};
}

async function authenticate(): Promise<{ client: StreamWire; status: unknown }> {
  const [host = '', port] = simulator.valueOf('ENDPOINT_STREAM').split(':');
  const client = new StreamWire({ ca: simulator.ca, stream: { host, port: Number(port) } });
  clients.push(client);
  await client.next();
  const message = { op: 'authentication', id: 1, appKey: simulator.valueOf('APP_KEY'), session };
  return { client, status: await client.ask(message) };
}

/** A client that is told of the orders of the account. */
async function subscribe(): Promise<StreamWire> {
  const { client } = await authenticate();
  expect(await client.ask(ORDERS)).toMatchObject({ statusCode: 'SUCCESS' });
  expect(await client.next()).toMatchObject({ ct: 'SUB_IMAGE' });
  return client;
}

describe('POST /simulator/stream', () => {
  it('cuts the connections, and the counts show it', async () => {
    const before = await counts();
    const client = await subscribe();
    const [connections, subscriptions] = [before['connections'], before['subscriptions']].map(
      (count) => Number(count) + 1,
    );
    expect(await counts()).toMatchObject({ open: 1, connections, subscriptions, resumed: 0 });
    expect((await disturb({ do: 'cut' })).json()).toEqual({ do: 'cut' });
    await client.closed;
    await until(async () => (await counts())['open'] === 0);
  });

  it('sends half a message', async () => {
    const client = await subscribe();
    expect((await disturb({ do: 'garble' })).json()).toEqual({ do: 'garble' });
    expect(await client.next()).toBe('{"op":"mcm","id":');
  });

  it('silences the connections of now, and leaves them open', async () => {
    const client = await subscribe();
    expect((await disturb({ do: 'silence' })).json()).toEqual({ do: 'silence' });
    client.send({ op: 'heartbeat', id: 77 });
    const other = await subscribe();
    expect(await counts()).toMatchObject({ open: 2 });
    await disturb({ do: 'cut' });
    await Promise.all([client.closed, other.closed]);
    const heard = client.received();
    expect(heard.filter((message) => isRecord(message) && message['id'] === 77)).toEqual([]);
  });

  it('is late until it is on time again', async () => {
    await disturb({ do: 'late' });
    const { client } = await authenticate();
    await client.ask(ORDERS);
    expect(await client.next()).toMatchObject({ ct: 'SUB_IMAGE', status: 503 });
    expect((await disturb({ do: 'on-time' })).json()).toEqual({ do: 'on-time' });
    await client.ask(ORDERS);
    expect(await client.next()).not.toHaveProperty('status');
  });

  it('refuses the given number of messages of the given kind', async () => {
    const wish = { do: 'fail', errorCode: 'NOT_AUTHORIZED', op: 'subscription', times: 2 };
    expect((await disturb(wish)).json()).toEqual(wish);
    for (let refused = 0; refused < 2; refused += 1) {
      const { client, status } = await authenticate();
      expect(status).toMatchObject({ statusCode: 'SUCCESS' });
      expect(await client.ask(ORDERS)).toMatchObject({ errorCode: 'NOT_AUTHORIZED' });
    }
    await subscribe();
  });

  it('refuses one authentication by default, or all until the faults are cleared', async () => {
    const wish = { do: 'fail', errorCode: 'TOO_MANY_REQUESTS' };
    const done = { ...wish, op: 'authentication', times: 1 };
    expect((await disturb(wish)).json()).toEqual(done);
    expect((await authenticate()).status).toMatchObject({ errorCode: 'TOO_MANY_REQUESTS' });
    expect((await authenticate()).status).toMatchObject({ statusCode: 'SUCCESS' });
    const always = { ...done, times: 'always' };
    expect((await disturb(always)).json()).toEqual(always);
    expect((await authenticate()).status).toMatchObject({ errorCode: 'TOO_MANY_REQUESTS' });
    expect((await authenticate()).status).toMatchObject({ errorCode: 'TOO_MANY_REQUESTS' });
    await send(simulator.ca, `${simulator.control}/clear-faults`);
    expect((await authenticate()).status).toMatchObject({ statusCode: 'SUCCESS' });
  });

  it.each([
    ['', 'The body is not JSON. It must be a JSON object with "do".'],
    [[], 'The body must be a JSON object with "do".'],
    [{}, 'do: must be one of cut, silence, garble, late, on-time, fail.'],
    [{ do: 'toString' }, 'do: must be one of'],
    [{ do: ['cut'] }, 'do: must be one of'],
    [{ do: 'cut', times: 2 }, 'times: is allowed only with "do": "fail".'],
    [{ do: 'cut', after: 2 }, 'after: there is no such member. The members are: do, errorCode'],
    [{ do: 'fail' }, 'errorCode: must be one of NO_APP_KEY'],
    [{ do: 'fail', errorCode: 'toString' }, 'errorCode: must be one of NO_APP_KEY'],
    [{ do: 'fail', errorCode: 'TIMEOUT', op: 'heartbeat' }, 'op: must be one of authentication'],
    [{ do: 'fail', errorCode: 'TIMEOUT', times: 0 }, 'times: must be a whole number of at least 1'],
  ])('refuses %j with HTTP 400, and does nothing', async (wish, error) => {
    const client = await subscribe();
    const reply = await disturb(wish);
    expect(reply.status).toBe(400);
    expect(reply.json()).toEqual({ errors: [expect.stringContaining(error)] });
    expect(await client.ask(ORDERS)).toMatchObject({ id: 5 });
    expect((await authenticate()).status).toMatchObject({ statusCode: 'SUCCESS' });
  });

  it('names everything that is wrong at once, and takes no form for JSON', async () => {
    const wrong = await disturb({ do: 'fail', errorCode: 1, op: 2, times: 'x', other: 3 });
    expect(Object(wrong.json()).errors).toHaveLength(4);
    const form = await disturb({ do: 'cut' }, 'text/plain');
    expect([form.status, form.json()]).toEqual([
      400,
      { errors: [expect.stringContaining('Content-Type: application/json')] },
    ]);
  });
});
