import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finalize } from 'rxjs';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { LiveView } from '../../../sample/page/live-view.service.js';
import { SIMULATOR_ACTIONS } from '../../../sample/simulator/simulator.actions.js';
import { SimulatedBetfair } from '../../../sample/simulator/simulated-betfair.service.js';
import { encrypt } from '../../identity/support/certificates.js';
import { expectNoSecret, secretsOf } from '../../identity/support/secrets.js';
import { keyLinesOf, PLANTED, searchFor } from '../../support/planted.js';
import { EventStreamReader } from './support/event-stream.js';
import { type RunningSample, startSample, startSimulated } from './support/sample-application.js';

const ORDER = { marketId: '1.234567890', selectionId: 47_972, side: 'BACK', size: 2, price: 1.5 };

let sample: RunningSample;
let simulator: BetfairSimulator;

/** The sample with a simulator of its own, whose session was obtained. */
async function start(storage?: string): Promise<void> {
  sample = await startSimulated(storage);
  ({ simulator } = sample.app.get(SimulatedBetfair));
  expect((await sample.get('/markets')).status).toBe(200);
}

async function restart(storage: string): Promise<void> {
  await sample.close();
  await start(storage);
}

/** Reads until the page would say this. */
async function findStatus(pattern: object): Promise<unknown> {
  const reader = new EventStreamReader(`${sample.url}/events`);
  return reader.find('status', (status) => matches(status, pattern));
}

function matches(value: unknown, pattern: object): boolean {
  try {
    expect(value).toMatchObject(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Sends what a browser sends for a page, which `fetch` does not let us choose. */
async function postAs(path: string, headers: Record<string, string>, body = '{}') {
  const sent = request(`${sample.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
  });
  sent.end(body);
  const [answer]: unknown[] = await once(sent, 'response');
  if (!(answer instanceof IncomingMessage)) throw new Error('There is no answer.');
  answer.resume();
  return answer.statusCode;
}

afterEach(() => sample.close());

describe('GET /', () => {
  beforeEach(() => start());

  it('answers with a page that may run its own script, load nothing, and stand in no frame', async () => {
    const answer = await sample.get('/');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const html = await answer.text();
    const [, script = ''] = /<script>(.*)<\/script>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = answer.headers.get('content-security-policy')?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        `script-src 'sha256-${hash}'`,
        "frame-ancestors 'none'",
      ]),
    );
    expect(html).not.toMatch(/https?:|innerHTML|insertAdjacent|document\.write/);
    expect(html.split('\n').length).toBeLessThanOrEqual(251);
  });
});

describe('GET /events', () => {
  beforeEach(() => start());

  it('asks browsers and proxies to hand messages on at once', async () => {
    const answer = await sample.get('/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toContain('no-transform');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    await answer.body?.cancel();
  });

  it('says that all is well, what there is, and what happened before', async () => {
    expect(await findStatus({ prices: 'arriving', accounts: [{ state: 'ready' }] })).toMatchObject({
      simulated: true,
      verdict: { level: 'good', title: 'All is well' },
      accounts: [
        {
          name: 'default',
          persisted: true,
          expiresAt: expect.stringMatching(/^\d{4}-/),
          certificateDays: expect.any(Number),
        },
      ],
      events: expect.arrayContaining([expect.objectContaining({ text: 'Logged in to Betfair.' })]),
      actions: SIMULATOR_ACTIONS,
    });
  });

  it('sends all prices first, and then those that moved', async () => {
    const reader = new EventStreamReader(`${sample.url}/events`);
    const sizes: number[] = [];
    for await (const { type, data } of reader.messages()) {
      if (type === 'prices' && Array.isArray(data)) sizes.push(data.length);
      if (sizes.length === 2) break;
    }
    const [all = 0, moved = 0] = sizes;
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(all);
  });

  it('is given up when the client goes away', async () => {
    const view = sample.app.get(LiveView);
    const messages = view.messages();
    const leaving = new Promise<void>((resolve) => {
      view.messages = () => messages.pipe(finalize(resolve));
    });
    const reader = new EventStreamReader(`${sample.url}/events`);
    await reader.messages().next();
    reader.leave();
    await leaving;
  });

  it('ends at shutdown, and does not hold it', async () => {
    const server: Server = sample.app.getHttpServer();
    // Otherwise the server itself ends it after some seconds.
    server.keepAliveTimeout = 0;
    const reader = new EventStreamReader(`${sample.url}/events`);
    const messages = reader.messages();
    await messages.next();
    await sample.close();
    let message = await messages.next();
    while (message.done !== true) message = await messages.next();
    await expect(fetch(`${sample.url}/events`)).rejects.toThrow();
  });

  it('shows no secret, though Betfair quotes them', async () => {
    await findStatus({ prices: 'arriving' });
    const tokens = [...simulator.liveTokens()];
    await sample.post('/simulator/end-session', {});
    await sample.get('/markets');
    tokens.push(...simulator.liveTokens());
    await sample.post('/simulator/fail-store', {});
    await sample.post('/simulator/refuse-logins', {});
    await sample.post('/simulator/repair', {});
    tokens.push(...simulator.liveTokens());
    expect(new Set(tokens).size).toBe(2);
    const reader = new EventStreamReader(`${sample.url}/events`);
    await reader.find('status');
    expect(reader.text).toContain('Betfair rejected the session');
    const page = await (await sample.get('/')).text();
    expectNoSecret([reader.text, page], secretsOf(simulator.options(), tokens));
  });
});

describe('the buttons', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'page-'));
    await start();
  });

  afterEach(async () => {
    await sample.close();
    await rm(directory, { recursive: true });
  });

  it('end the session, which one login replaces', async () => {
    const answer = await sample.post('/simulator/end-session', {});
    expect(await answer.json()).toEqual({ ended: 1 });
    await findStatus({ accounts: [{ state: 'ready' }], prices: 'arriving' });
    expect(simulator.counts.logins).toBe(2);
  });

  it('cut the stream, which connects again', async () => {
    await findStatus({ prices: 'arriving' });
    const answer = await sample.post('/simulator/cut-stream', {});
    expect(await answer.json()).toEqual({ cut: 1 });
    const stopped = expect.objectContaining({ text: expect.stringContaining('Prices stopped.') });
    await findStatus({ events: expect.arrayContaining([stopped]) });
    await findStatus({ prices: 'arriving', verdict: { level: 'good' } });
    expect(simulator.stream.counts.connections).toBe(2);
  });

  it('fail the store, of which the session is told, and repair it', async () => {
    await restart(`file:${directory}`);
    await sample.post('/simulator/fail-store', {});
    await findStatus({ verdict: { level: 'watch' }, accounts: [{ state: 'degraded' }] });
    await sample.post('/simulator/repair', {});
    await findStatus({ verdict: { level: 'good' }, accounts: [{ state: 'ready' }] });
    expect(simulator.counts.logins).toBe(1);
  });

  it('refuse logins, say what to do, and allow them again', async () => {
    await sample.post('/simulator/refuse-logins', {});
    await findStatus({
      verdict: {
        level: 'act',
        reason: 'Betfair refused the login with ACCOUNT_NOW_LOCKED.',
        todo: expect.stringContaining('Unlock the account on the Betfair website'),
      },
      accounts: [{ state: 'blocked' }],
    });
    await sample.post('/simulator/repair', {});
    // The stream waits longer.
    await findStatus({ accounts: [{ state: 'ready' }], verdict: { title: 'Prices stand still' } });
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 3 });
  });

  it('refuse logins until the next start, and no longer', async () => {
    await restart(`file:${directory}`);
    await sample.post('/simulator/refuse-logins', {});
    await findStatus({ accounts: [{ state: 'blocked' }] });
    await restart(`file:${directory}`);
    expect(simulator.counts.logins).toBe(1);
  });
});

describe('a request that changes something', () => {
  beforeEach(() => start());

  it.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another port of this machine', { 'Sec-Fetch-Site': 'same-site' }],
    ['another site, in an old browser', { Origin: 'https://example.com' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a site whose name was made to point here', { Host: 'example.com' }],
    ['such a site, in its own words', { Host: 'example.com', 'Sec-Fetch-Site': 'same-origin' }],
  ])('is refused if it comes from %s', async (_who, headers) => {
    const [token] = simulator.liveTokens();
    for (const { path } of SIMULATOR_ACTIONS) expect(await postAs(path, headers)).toBe(403);
    expect(await postAs('/orders', headers, JSON.stringify(ORDER))).toBe(403);
    expect(simulator.liveTokens()).toEqual([token]);
    expect(simulator.orders).toEqual([]);
  });

  it.each([
    ['the page', { 'Sec-Fetch-Site': 'same-origin' }],
    ['the page, under the other name of this machine', { Host: 'localhost:3000' }],
    ['a program such as curl', {}],
  ])('is carried out if it comes from %s', async (_who, headers) => {
    expect(await postAs('/orders', headers, JSON.stringify(ORDER))).toBe(201);
    expect(simulator.orders).toHaveLength(1);
  });

  it('is carried out if an old browser says that it comes from the page', async () => {
    expect(await postAs('/simulator/cut-stream', { Origin: sample.url })).toBe(200);
  });
});

describe('where the application talks to Betfair', () => {
  it('the page has no buttons, and their routes do not exist', async () => {
    await using betfair = await BetfairSimulator.start();
    sample = await startSample(betfair.options());
    await sample.get('/markets');
    expect(await findStatus({})).toMatchObject({ simulated: false, actions: [] });
    const before = betfair.liveTokens();
    for (const { path } of SIMULATOR_ACTIONS) {
      expect((await sample.post(path, {})).status).toBe(404);
    }
    expect(betfair.liveTokens()).toEqual(before);
    // Before its Betfair ends.
    await sample.close();
  });

  it.each([
    ['a passphrase', 'certificate'],
    ['two-factor codes', 'interactive'],
  ] as const)('the page shows no secret of an account with %s', async (_, login) => {
    const { applicationKey, passphrase, password, twoFactorCode } = PLANTED;
    await using betfair = await BetfairSimulator.start({
      accounts: [{ password, applicationKey }],
    });
    const { certificate, ...options } = betfair.options();
    const key = encrypt(certificate.key, passphrase);
    if (login === 'interactive') betfair.account().twoFactorCode = twoFactorCode;
    const proof =
      login === 'interactive'
        ? { login, twoFactorCode: () => twoFactorCode }
        : { certificate: { cert: certificate.cert, key, passphrase } };
    sample = await startSample({ ...options, ...proof, storage: 'mem://' }, { hasStream: true });
    await findStatus({ prices: 'arriving', accounts: [{ state: 'ready' }] });
    const tokens = betfair.liveTokens();
    const loginStatus = `BAD_${applicationKey.toUpperCase()}_${twoFactorCode}`;
    for (const endpoint of ['certLogin', 'login'] as const) {
      betfair.fail(endpoint, { reply: { loginStatus, status: 'FAIL', error: loginStatus } });
    }
    betfair.endSessions();
    const markets = await (await sample.get('/markets')).text();
    const reader = new EventStreamReader(`${sample.url}/events`);
    await reader.find('status', (status) => matches(status, { accounts: [{ state: 'blocked' }] }));
    const page = await (await sample.get('/')).text();
    const keyLines = keyLinesOf(certificate.key, key);
    const secretsIn = searchFor([...Object.values(PLANTED), ...keyLines, ...tokens]);
    expect(secretsIn([markets, reader.text, page].join('\n'))).toEqual([]);
    // Before its Betfair ends.
    await sample.close();
  });
});
