import { createServer } from 'node:https';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { serverCertificate } from '../../../lib/testing/simulator/http/certificates.js';
import { closeAccounts, createAccount, times } from '../../support/account.js';
import { post, refuse, REST, RPC, rpcCall, sends, until } from '../../support/betting.js';
import { INVALID, refused, restFault, rpcReply, succeeded } from '../rejections.fixture.js';

afterEach(closeAccounts);

const OPERATION = `${REST}/listEventTypes/`;
const LIST = post(rpcCall('listEventTypes'));

async function setUp() {
  const account = await createAccount();
  const { sessions, logger } = await account.start({ storage: 'mem://' });
  const { simulator } = account;
  const sent = () => simulator.requests.filter(({ endpoint }) => endpoint === 'api');
  return { ...account, sessions, logger, sent };
}

/** An application whose session a call got through with before Betfair ended it, so that a refusal is proof. */
async function setUpProven() {
  const account = await setUp();
  await account.sessions.fetch(RPC, post(rpcCall('listEventTypes', undefined, 'before')));
  account.simulator.endSessions();
  account.simulator.clearRequests();
  return account;
}

/** An application that has a session which Betfair has ended. */
async function setUpDead() {
  const account = await setUp();
  await account.sessions.getSession();
  account.simulator.endSessions();
  return account;
}

describe('fetch', () => {
  it('resolves a path against the API and sends the session', async () => {
    const { sessions, simulator, sent } = await setUp();
    const response = await sessions.fetch(`${RPC}?a=1`, LIST);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ result: expect.any(Array) });
    const { token, applicationKey } = await sessions.getSession();
    expect(sent()).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: `${RPC}?a=1`,
        body: LIST.body,
        headers: expect.objectContaining({
          'x-authentication': token,
          'x-application': applicationKey,
          accept: 'application/json',
          'content-type': 'application/json',
        }),
      }),
    ]);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });

  it('takes whole URLs on the origin of the API, as text and as URL', async () => {
    const { sessions, simulator } = await setUp();
    for (const url of [simulator.url + RPC, new URL(RPC, simulator.url)]) {
      expect((await sessions.fetch(url, LIST)).status).toBe(200);
    }
  });

  it.each([
    ['an object', (headers: Record<string, string>) => headers],
    ['a list', (headers: Record<string, string>) => Object.entries(headers)],
    ['Headers', (headers: Record<string, string>) => new Headers(headers)],
  ])('keeps the headers given as %s, except those of the session', async (_, make) => {
    const { sessions, sent } = await setUp();
    const headers = make({
      'x-authentication': 'mine',
      'X-APPLICATION': 'mine',
      accept: 'text/plain',
      'content-type': 'application/json; charset=utf-8',
      'Accept-Encoding': 'gzip',
      'X-Mine': 'yes',
    });
    await sessions.fetch(RPC, { ...LIST, headers });
    const { token, applicationKey } = await sessions.getSession();
    expect(sent()[0]?.headers).toMatchObject({
      'x-authentication': token,
      'x-application': applicationKey,
      accept: 'text/plain',
      'content-type': 'application/json; charset=utf-8',
      'accept-encoding': 'gzip',
      'x-mine': 'yes',
    });
  });

  it('sends GET without a body by default', async () => {
    const { sessions, sent } = await setUp();
    expect((await sessions.fetch(RPC)).status).toBe(405);
    expect(sent()).toEqual([expect.objectContaining({ method: 'GET', body: '' })]);
  });
});

describe('fetch of a request that Betfair refuses for its session', () => {
  it.each([
    ['JSON-RPC', RPC, 200],
    ['REST', `${REST}/listEventTypes/`, 400],
  ])('sends it once more with a new session, by %s', async (_, path, status) => {
    const { sessions, simulator, sent } = await setUpDead();
    const init = path === RPC ? LIST : post({ filter: {} });
    const response = await sessions.fetch(path, { ...init, headers: { 'X-Mine': 'yes' } });
    expect(response.status).toBe(200);
    expect(response.bodyUsed).toBe(false);
    expect(JSON.stringify(await response.json())).toContain('Soccer');
    const [first, second, ...more] = sent();
    expect(more).toEqual([]);
    expect(second?.headers['x-authentication']).toBe((await sessions.getSession()).token);
    expect(first?.headers['x-authentication']).not.toBe(second?.headers['x-authentication']);
    expect(second).toMatchObject({ body: init.body, headers: { 'x-mine': 'yes' } });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });

    refuse(simulator, 'listEventTypes');
    const last = await sessions.fetch(path, init);
    expect(last.status).toBe(status);
    expect(await last.text()).toContain(INVALID);
  });

  it.each([
    ['text', () => '{"a":"é"}', 'application/json', '{"a":"é"}'],
    ['a Buffer', () => Buffer.from('{"a":"é"}'), 'application/json', '{"a":"é"}'],
    ['a part of a Buffer', () => Buffer.from('xx{}yy').subarray(2, 4), 'application/json', '{}'],
    ['an ArrayBuffer', () => new TextEncoder().encode('{}').buffer, 'application/json', '{}'],
    ['a Blob', () => new Blob(['[1]'], { type: 'text/x-mine' }), 'text/x-mine', '[1]'],
    ['a Blob without type', () => new Blob(['[1]']), 'application/json', '[1]'],
    [
      'a form',
      () => new URLSearchParams({ a: 'b c', d: '&' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=b+c&d=%26',
    ],
  ])('sends %s again as it was', async (_, body, contentType, text) => {
    const { sessions, simulator, sent } = await setUpDead();
    simulator.fail('api', { reply: restFault(INVALID), status: 400 });
    simulator.fail('api', { reply: succeeded });
    const response = await sessions.fetch(OPERATION, { method: 'POST', body: body() });
    expect(await response.json()).toEqual(succeeded);
    const expected = expect.objectContaining({
      body: text,
      headers: expect.objectContaining({ 'content-type': contentType }),
    });
    expect(sent()).toEqual([expected, expected]);
  });

  it('sends FormData again with the boundary that its body has', async () => {
    const { sessions, simulator, sent } = await setUpDead();
    simulator.fail('api', { reply: restFault(INVALID), status: 400 });
    simulator.fail('api', { reply: succeeded });
    const body = new FormData();
    body.set('name', 'välue');
    body.set('file', new Blob(['content']), 'file.txt');
    await sessions.fetch(OPERATION, { method: 'POST', body });
    const [first, second, ...more] = sent();
    expect(more).toEqual([]);
    expect(second?.body).toBe(first?.body);
    const type = second?.headers['content-type'] ?? '';
    expect(type).toBe(first?.headers['content-type']);
    const [, boundary] = /^multipart\/form-data; boundary=(.+)$/.exec(type) ?? [];
    expect(second?.body).toMatch(new RegExp(`^--${boundary}\r\n[^]*välue[^]*content[^]*--\r\n`));
  });

  it('sends a body again that was changed meanwhile as it was at first', async () => {
    const { sessions, simulator, sent } = await setUpDead();
    simulator.fail('api', { reply: restFault(INVALID), status: 400 });
    simulator.fail('api', { reply: succeeded });
    const body = Buffer.from('{"a":1}');
    const answer = sessions.fetch(OPERATION, { method: 'POST', body });
    await until(() => sent().length === 1);
    body.fill(0x20);
    await answer;
    expect(sent().map((request) => request.body)).toEqual(['{"a":1}', '{"a":1}']);
  });

  it.each([
    ['a web stream', (text: string) => new Blob([text]).stream()],
    [
      'an async iterable',
      async function* (text: string) {
        yield Buffer.from(text);
      },
    ],
  ])('does not send %s again, hands the refusal on and replaces the session', async (_, stream) => {
    const { sessions, simulator, logger } = await setUpProven();
    const send = () =>
      sessions.fetch(RPC, { method: 'POST', body: stream(LIST.body), duplex: 'half' });
    expect(JSON.stringify(await (await send()).json())).toContain(INVALID);
    expect((await sessions.getSession()).generation).toBe(2);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });

    expect(await (await send()).json()).toMatchObject({ result: expect.any(Array) });
    simulator.endSessions();
    await send();
    const warnings = logger.lines.filter(([level]) => level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0]?.[1])).toMatch(/because its body is a stream\..*string or a Buffer/);
  });

  it('reuses the connection of the refusal, which nobody reads', async () => {
    const { cert, key } = await serverCertificate();
    const account = await createAccount();
    const { simulator } = account;
    let connections = 0;
    let calls = 0;
    const server = createServer({ cert, key }, (request, response) => {
      calls += 1;
      const alive = simulator.liveTokens().includes(String(request.headers['x-authentication']));
      response.setHeader('content-type', 'application/json');
      request.resume().on('end', () => response.end(JSON.stringify(alive ? succeeded : refused)));
    }).on('secureConnection', () => (connections += 1));
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const { endpoints } = simulator.options();
    const { sessions } = await account.start({
      storage: 'mem://',
      endpoints: { ...endpoints, api: `https://127.0.0.1:${port}` },
    });
    for (const round of [1, 2, 3]) {
      await sessions.getSession();
      simulator.endSessions();
      expect(await (await sessions.fetch(RPC, LIST)).json()).toEqual(succeeded);
      expect(calls).toBe(2 * round);
    }
    expect(connections).toBe(1);
    server.closeAllConnections();
    await new Promise((done) => void server.close(done));
  });

  it('hands the second refusal on: two sends and one login', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.fetch(RPC, LIST);
    simulator.rejectCalls(() => true);
    const response = await sessions.fetch(RPC, LIST);
    expect(JSON.stringify(await response.json())).toContain(INVALID);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 3, keepAlives: 0 });
  });

  it('throws what the refresh failed with', async () => {
    const { sessions, simulator } = await setUpDead();
    simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    await expect(sessions.fetch(RPC, LIST)).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });
});

describe('fetch of a batch', () => {
  const batch = post(['a', 'b', 'c'].map((id) => rpcCall('listEventTypes', undefined, id)));

  it('sends it again when every call in it was refused', async () => {
    const { sessions, simulator } = await setUpDead();
    const answers: unknown = await (await sessions.fetch(RPC, batch)).json();
    expect(answers).toHaveLength(3);
    expect(JSON.stringify(answers)).not.toContain(INVALID);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('hands it on at once when a part got through, and replaces the session behind it', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.fetch(RPC, LIST);
    const end = simulator.rejectCalls((_request, { id }) => id === 'b');
    simulator.fail('certLogin', { slow: 300 });
    const response = await sessions.fetch(RPC, batch);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 2 });
    const text = await response.text();
    expect(text.match(new RegExp(INVALID, 'g'))).toHaveLength(1);
    end();
    expect((await sessions.getSession()).generation).toBe(2);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2, keepAlives: 0 });
  });
});

describe('fetch of a request that fails for another reason', () => {
  it.each([
    ['a 500', { status: 500 }],
    ['a 503', { status: 503 }],
    ['a 403 block page', { status: 403 }],
    ['a page instead of JSON', 'html'],
    ['a body that ends early', 'truncated'],
    ['a refusal with status 403', { reply: refused, status: 403 }],
    ['a refusal with status 500', { reply: refused, status: 500 }],
    [
      'a refusal in a page',
      { reply: JSON.stringify(refused), headers: { 'content-type': 'text/html' } },
    ],
    ['TOO_MUCH_DATA', { reply: rpcReply('TOO_MUCH_DATA', 'ANGX-0001') }],
    ['-32099 with ACCESS_DENIED', { reply: rpcReply('ACCESS_DENIED', 'ANGX-0003') }],
    ['NO_SESSION', { reply: rpcReply('NO_SESSION', 'ANGX-0005') }],
    ['INVALID_APP_KEY', { reply: rpcReply('INVALID_APP_KEY', 'ANGX-0008') }],
    ['a result that mentions a rejection', { reply: { ...succeeded, result: [refused] } }],
  ] as const)('sends it once and keeps the session: %s', async (_, fault) => {
    const { sessions, simulator, sent } = await setUp();
    const session = await sessions.getSession();
    simulator.fail('api', fault);
    const response = await sessions.fetch(RPC, LIST);
    await response.text();
    expect(sent()).toHaveLength(1);
    expect(await sessions.getSession()).toBe(session);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('sends it once and keeps the session: a connection that is reset', async () => {
    const { sessions, simulator, sent } = await setUp();
    const session = await sessions.getSession();
    simulator.fail('api', 'reset');
    await expect(sessions.fetch(RPC, LIST)).rejects.toThrow(TypeError);
    expect(sent()).toHaveLength(1);
    expect(await sessions.getSession()).toBe(session);
  });

  it('sends it once and keeps the session: a time-out', async () => {
    const { sessions, simulator, sent } = await setUp();
    const session = await sessions.getSession();
    simulator.fail('api', 'hung');
    const signal = AbortSignal.timeout(200);
    const timedOut = sessions.fetch(RPC, { ...LIST, signal });
    await expect(timedOut).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(sent()).toHaveLength(1);
    expect(await sessions.getSession()).toBe(session);
  });
});

describe('fetch and other hosts', () => {
  it.each<[string, (api: URL, other: URL) => string]>([
    ['another port', (_api, other) => other.href],
    ['another host without scheme', (_api, other) => `//${other.host}${RPC}`],
    ['the same with backslashes', (_api, other) => `\\\\${other.host}\\x`],
    ['another name of the same host', (api) => `https://localhost:${api.port}${RPC}`],
    ['a look-alike', (api, other) => `https://${api.hostname}.:${other.port}${RPC}`],
    ['the API as user name', (api, other) => `https://${api.hostname}@${other.host}${RPC}`],
    ['credentials', (api) => `https://user:pw-canary@${api.host}${RPC}`],
    ['plain HTTP', (api) => `http://${api.host}${RPC}`],
    ['a blob of the API', (api) => `blob:${api.origin}/0b1`],
    ['data', () => 'data:application/json,{}'],
  ])('refuses %s and sends nothing anywhere', async (_, url) => {
    const { sessions, simulator } = await setUp();
    await using other = await BetfairSimulator.start();
    const foreign = url(new URL(simulator.url), new URL(RPC, other.url));
    for (const input of foreign.startsWith('/') || foreign.startsWith('\\')
      ? [foreign]
      : [foreign, new URL(foreign)]) {
      const refusal: unknown = await sessions.fetch(input, LIST).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: 'BETFAIR_FOREIGN_URL', retryable: false });
      expect(String(refusal)).toContain(simulator.url);
      expect(String(refusal)).not.toContain('canary');
    }
    expect([...simulator.requests, ...other.requests]).toEqual([]);
  });
});

describe('fetch with a signal', () => {
  it('sends nothing when it is aborted already', async () => {
    const { sessions, simulator } = await setUp();
    const signal = AbortSignal.abort();
    await expect(sessions.fetch(RPC, { ...LIST, signal })).rejects.toBe(signal.reason);
    expect(simulator.requests).toEqual([]);
  });

  it('ends the wait of one caller for a new session, and not that of the others', async () => {
    const { sessions, simulator } = await setUpDead();
    simulator.fail('certLogin', { slow: 500 });
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = sessions.fetch(RPC, { ...post(rpcCall('listEventTypes', {}, 'one')), signal });
    const other = sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, 'two')));
    const settled = Promise.allSettled([aborted, other]);
    await until(() => simulator.counts.loginAttempts === 2);
    await until(() => simulator.counts.calls === 2);
    controller.abort();
    await expect(aborted).rejects.toBe(signal.reason);
    expect(signal.reason).toMatchObject({ name: 'AbortError' });
    expect(simulator.counts.logins).toBe(1);
    await settled;
    expect(await (await other).json()).toMatchObject({ result: expect.any(Array) });
    expect(sends(simulator)).toEqual({ one: 1, two: 2 });
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('fetch of many requests', () => {
  it('makes one login of a hundred refusals at one moment, and sends each request twice', async () => {
    const { sessions, simulator } = await setUpProven();
    const answers = await Promise.all(
      times(100, async (id) => {
        const response = await sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, id)));
        return response.text();
      }),
    );
    expect(answers.filter((answer) => answer.includes(INVALID))).toEqual([]);
    expect(simulator.counts.logins).toBe(2);
    expect(simulator.counts.keepAlives).toBe(0);
    const counts = Object.values(sends(simulator));
    expect(counts).toHaveLength(100);
    expect(Math.max(...counts)).toBe(2);
  });

  it('gives stragglers, whose refusals come after the renewal, the session that there is', async () => {
    const { sessions, simulator } = await setUpProven();
    simulator.fail('api', { slow: 600 }, { times: 20 });
    simulator.fail('api', { slow: 200 }, { times: 20 });
    const answers = await Promise.all(
      times(60, async (id) => {
        const response = await sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, id)));
        return response.text();
      }),
    );
    expect(answers.filter((answer) => answer.includes(INVALID))).toEqual([]);
    expect(simulator.counts.logins).toBe(2);
    expect(Math.max(...Object.values(sends(simulator)))).toBe(2);
  });
});
