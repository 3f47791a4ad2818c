import { Agent, request } from 'undici';
import { BetfairSimulator, type SimulatorFault } from '../../../lib/testing/index.js';
import { BETTING, rightClient, rpc, send, until, type Reply } from './wire.js';

describe('the faults of BetfairSimulator', () => {
  let simulator: BetfairSimulator;
  let client: ReturnType<typeof rightClient>;

  beforeEach(async () => {
    simulator = await BetfairSimulator.start();
    client = rightClient(simulator.options());
  });

  afterEach(() => simulator.stop());

  /** How a login ended for a client that gives up `patience` ms after its request has arrived. */
  async function login(patience = 3_000): Promise<Reply | string> {
    const { ca, endpoints, certificate } = simulator.options();
    const { loginAttempts } = simulator.counts;
    const givingUp = new AbortController();
    const { signal } = givingUp;
    const raw = { headers: client.formHeaders, body: client.form(), certificate, signal };
    const ending = send(ca, endpoints.certLogin, raw).catch((error: unknown) =>
      // Node's own errors are of another realm than the tests, so `instanceof` does not know them.
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'none',
    );
    await until(() => simulator.counts.loginAttempts > loginAttempts);
    const timer = setTimeout(() => givingUp.abort(), patience);
    return ending.finally(() => clearTimeout(timer));
  }

  const faults: readonly (readonly [string, SimulatorFault])[] = [
    ['hung', 'hung'],
    ['hung-body', 'hung-body'],
    ['reset', 'reset'],
    ['html', 'html'],
    ['truncated', 'truncated'],
    ['status', { status: 502 }],
    ['reply', { reply: 'x' }],
  ];

  it.each(faults)('%s does not carry the request out, unless told to', async (_, fault) => {
    simulator.fail('certLogin', fault);
    simulator.fail('certLogin', fault, { processed: true });

    await login(100);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 0 });
    expect(simulator.liveTokens()).toEqual([]);

    await login(100);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    expect(simulator.liveTokens()).toHaveLength(1);
  });

  it('hung: not even headers come', async () => {
    simulator.fail('certLogin', 'hung');
    expect(await login(200)).toBe('ABORT_ERR');
  });

  it('hung-body: headers and half a body come, and no end', async () => {
    simulator.fail('keepAlive', 'hung-body');
    const { ca, endpoints } = simulator.options();
    const dispatcher = new Agent({ connect: { ca } });

    const { statusCode, headers, body } = await request(endpoints.keepAlive, {
      method: 'POST',
      dispatcher,
    });
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json']);
    const received: string[] = [];
    body.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    body.on('error', () => {});
    const ended = await Promise.race([
      new Promise((resolve) => body.once('end', () => resolve('ended'))),
      new Promise((resolve) => setTimeout(() => resolve('open'), 200)),
    ]);

    expect(ended).toBe('open');
    expect(received.join('')).toMatch(/^{"token":"/);
    expect(received.join('').length).toBe(Math.floor(Number(headers['content-length']) / 2));
    await dispatcher.destroy();
  });

  it('reset: the connection is reset', async () => {
    simulator.fail('certLogin', 'reset');
    expect(await login()).toBe('ECONNRESET');
  });

  it('html: HTTP 200 with a page', async () => {
    simulator.fail('certLogin', 'html');
    expect(await login()).toMatchObject({ status: 200, body: expect.stringMatching('<html>') });
  });

  it.each(['certLogin', 'api'] as const)(
    'truncated: a start of JSON with a clean end, of %s',
    async (endpoint) => {
      const token = await client.token();
      simulator.fail(endpoint, 'truncated');
      simulator.fail(endpoint, 'truncated', { processed: true });
      const call = rpc('SportsAPING/v1.0/listEventTypes');
      const attempt = () =>
        endpoint === 'api' ? client.call(token, BETTING, call) : client.certLogin();

      for (const reply of [await attempt(), await attempt()]) {
        expect(reply.status).toBe(200);
        expect(reply.headers['content-type']).toBe('application/json');
        expect(reply.body).toMatch(/^{"/);
        expect(() => reply.json()).toThrow(SyntaxError);
      }
    },
  );

  it('slow: the right answer, later', async () => {
    simulator.fail('certLogin', { slow: 250 });
    const started = performance.now();

    const reply = client.certLogin();
    await until(() => simulator.counts.loginAttempts === 1);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 0 });

    expect((await reply).json()).toMatchObject({ loginStatus: 'SUCCESS' });
    expect(performance.now() - started).toBeGreaterThan(240);
  });

  it('slow: carried out also for a client that gave up', async () => {
    simulator.fail('certLogin', { slow: 300 });
    expect(await login(10)).toBe('ABORT_ERR');
    expect(simulator.counts.logins).toBe(0);

    await until(() => simulator.counts.logins === 1);
    expect(simulator.liveTokens()).toHaveLength(1);
  });

  it.each([403, 500, 503])('status %i comes with a page of Cloudflare', async (status) => {
    simulator.fail('keepAlive', { status });
    const reply = await client.keepAlive('any');

    expect([reply.status, reply.headers['server']]).toEqual([status, 'cloudflare']);
    expect(reply.body).toMatch('<html>');
  });

  it('status 302 leads to another host', async () => {
    simulator.fail('certLogin', { status: 302 });
    const reply = await client.certLogin();

    expect(reply.status).toBe(302);
    expect(new URL(String(reply.headers['location'])).host).not.toBe(new URL(simulator.url).host);
  });

  it('reply: an object as JSON, a text as it is, status and headers as given', async () => {
    simulator.fail('keepAlive', { reply: { status: 'FAIL', error: 'INTERNAL_ERROR' } });
    simulator.fail('keepAlive', {
      reply: 'busy',
      status: 429,
      headers: { 'Content-Type': 'text/plain', 'Retry-After': '3' },
    });

    const first = await client.keepAlive('any');
    const second = await client.keepAlive('any');

    expect(first.json()).toEqual({ status: 'FAIL', error: 'INTERNAL_ERROR' });
    expect([second.status, second.body]).toEqual([429, 'busy']);
    expect(second.headers).toMatchObject({ 'content-type': 'text/plain', 'retry-after': '3' });
  });

  it('apply to one endpoint, in order, the given number of times', async () => {
    simulator.fail('keepAlive', { status: 500 }, { times: 2 });
    simulator.fail('keepAlive', { status: 502 });
    simulator.fail('logout', { status: 503 });
    const token = await client.token();
    const statuses: number[] = [];

    for (let n = 0; n < 4; n += 1) statuses.push((await client.keepAlive(token)).status);

    expect(statuses).toEqual([500, 500, 502, 200]);
    expect((await client.logout(token)).status).toBe(503);
    expect(simulator.counts).toMatchObject({ keepAlives: 4, logouts: 1 });
  });

  it('last until they are cleared with times: Infinity', async () => {
    simulator.fail('keepAlive', { status: 500 }, { times: Infinity });
    for (let n = 0; n < 5; n += 1) expect((await client.keepAlive('any')).status).toBe(500);

    simulator.clearFaults('logout');
    expect((await client.keepAlive('any')).status).toBe(500);
    simulator.clearFaults('keepAlive');
    expect((await client.keepAlive('any')).status).toBe(200);
  });

  it('lose the answer of an order that was placed', async () => {
    const token = await client.token();
    simulator.fail('api', 'reset', { processed: true });
    const order = { marketId: '1.1', instructions: [{ selectionId: 1 }], customerRef: 'a' };
    const place = () => client.call(token, BETTING, rpc('SportsAPING/v1.0/placeOrders', order));

    await expect(place()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(simulator.orders).toHaveLength(1);
    expect((await place()).json()).toMatchObject({
      result: { errorCode: 'DUPLICATE_TRANSACTION' },
    });
  });
});
