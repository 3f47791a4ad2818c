import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { Sse, StreamableFile } from '@nestjs/common';
import { type BetfairSession, isInvalidSession, UseBetfairSession } from 'nestjs-betfair-session';
import { from, map } from 'rxjs';
import { auditLog, INVALID, refused, rpcReply, succeeded } from '../calls/rejections.fixture.js';
import { rpcCall, until } from '../support/betting.js';
import { type Betting, closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';
import { endAndRefuse, endAtCall } from './support/refused-session.js';

afterEach(closeServed);

const A = rpcCall('listEventTypes', undefined, 'A');
const B = rpcCall('listMarketBook', {}, 'B');

type Ways = [string, (session: BetfairSession, betting: Betting) => unknown][];

/** The ways in which a handler ends with Betfair's answer. */
const WAYS: Ways = [
  [
    'a thrown axios error',
    (session, { raw }) => raw.axiosRest(session, 'listEventTypes').then(dataOf),
  ],
  [
    'a returned axios result',
    async (session, { raw }) => {
      const { status, headers, config, data } = await raw.axios(session, A);
      return { status, headers, config: { url: config.url }, data };
    },
  ],
  ['a parsed body', (session, { raw }) => raw.json(session, A)],
  ['a body as text', async (session, { raw }) => (await raw.undici(session, A)).body.text()],
  ['an unread Response', (session, { raw }) => raw.fetch(session, A)],
  ['an Observable', (session, { raw }) => from(raw.json(session, A))],
];

describe('a handler with @UseBetfairSession()', () => {
  it('runs when the session is ready, and gets it by @CurrentSession()', async () => {
    const { get, simulator, sessions, generations } = await serveHandler((session, betting) => ({
      same: session === betting.sessions().current,
    }));
    expect(sessions().current).toBeUndefined();
    expect(await (await get('/')).json()).toEqual({ same: true });
    await Promise.all([get('/'), get('/'), get('/')]);
    expect(generations).toEqual([1, 1, 1, 1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0, calls: 0 });
  });

  it('does not run if no session can be obtained, and fails with that error', async () => {
    const { get, simulator, errors, generations } = await serveHandler(() => 'never');
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    expect((await get('/')).status).toBe(500);
    expect(errors).toEqual([
      expect.objectContaining({
        name: 'BetfairLoginRejectedError',
        loginCode: 'ACCOUNT_NOW_LOCKED',
      }),
    ]);
    expect(generations).toEqual([]);
  });

  it.each(WAYS)(
    'runs once more for GET when Betfair refuses the session: %s',
    async (_, handle) => {
      const { get, simulator, generations } = await serveHandler(handle);
      await get('/');
      simulator.endSessions();
      const response = await get('/');
      expect(response.status).toBe(200);
      expect(await response.text()).toContain('Soccer');
      expect(generations).toEqual([1, 1, 2]);
      expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });
    },
  );

  it.each(WAYS)('passes the second failure on unchanged: %s', async (_, handle) => {
    const { get, simulator, errors, generations } = await serveHandler(handle);
    endAtCall(simulator, 'listEventTypes');
    const response = await get('/');
    const text = await response.text();
    if (response.status === 500) expect(errors.map(isInvalidSession)).toEqual([true]);
    else expect(text).toContain(INVALID);
    expect(generations).toEqual([1, 2]);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('runs once more for HEAD', async () => {
    const { get, generations } = await serveHandler((_session, betting, run) =>
      run === 1 ? endAndRefuse(betting) : 'done',
    );
    await get('/', { method: 'HEAD' });
    expect(generations).toEqual([1, 2]);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'does not run again for %s, but the session is replaced',
    async (method) => {
      const { get, simulator, sessions, errors, generations } = await serveHandler(
        (session, { raw }) => raw.axiosRest(session, 'listEventTypes').then(dataOf),
      );
      await sessions().getSession();
      simulator.endSessions();
      expect((await get('/', { method })).status).toBe(500);
      expect(errors.map(isInvalidSession)).toEqual([true]);
      expect(generations).toEqual([1]);
      expect(simulator.counts).toMatchObject({ logins: 2, calls: 1 });
      expect((await get('/', { method })).ok).toBe(true);
      expect(generations).toEqual([1, 2]);
    },
  );

  it("runs once more for POST with retry: 'once'", async () => {
    const { post, simulator, generations } = await serveHandler(
      (session, { raw }) => raw.json(session, A),
      { onClass: [UseBetfairSession({ retry: 'once' })] },
    );
    await post('/');
    simulator.endSessions();
    expect(await (await post('/')).text()).toContain('Soccer');
    expect(generations).toEqual([1, 1, 2]);
  });

  it("does not run again for GET with retry: 'never', but the session is replaced", async () => {
    const { get, simulator, sessions, generations } = await serveHandler(
      (session, { raw }) => raw.json(session, A),
      { onClass: [UseBetfairSession({ retry: 'never' })] },
    );
    await sessions().getSession();
    simulator.endSessions();
    expect(await (await get('/')).text()).toContain(INVALID);
    expect(generations).toEqual([1]);
    expect(sessions().current?.generation).toBe(2);
  });

  it.each<[string, () => unknown]>([
    ['a list of audit logs that mention a rejection', () => [auditLog]],
    ['a result that mentions one', () => ({ ...succeeded, result: [refused] })],
    ['another code', () => rpcReply('TOO_MUCH_DATA', 'ANGX-0001')],
    ['a file', () => new StreamableFile(Buffer.from(JSON.stringify(refused)))],
    ['a stream', () => new StreamableFile(Readable.from([JSON.stringify(refused)]))],
    ['nothing', () => undefined],
  ])('is not run again and causes no login when it returns %s', async (_, handle) => {
    const { get, simulator, sessions, generations } = await serveHandler(handle);
    await sessions().getSession();
    // If it was taken for a refusal, the session would be found dead.
    simulator.endSessions();
    const response = await get('/');
    expect(response.status).toBe(200);
    const result = handle();
    if (typeof result === 'object' && !(result instanceof StreamableFile)) {
      expect(await response.json()).toEqual(result);
    } else {
      expect(await response.text()).toBe(result === undefined ? '' : JSON.stringify(refused));
    }
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('is not run again and causes no login when it returns one audit log, because the session lives', async () => {
    const { get, simulator, generations } = await serveHandler(() => auditLog);
    expect(await (await get('/')).json()).toEqual(auditLog);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  });

  it('is not run again when it fails otherwise', async () => {
    const { get, simulator, errors, generations } = await serveHandler((session, { raw }) =>
      raw.json(session, A),
    );
    simulator.fail('api', 'reset');
    expect((await get('/')).status).toBe(500);
    expect(errors).toEqual([expect.objectContaining({ code: expect.any(String) })]);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0, calls: 1 });
  });

  it('passes a partly successful batch on at once, and replaces the session', async () => {
    const { get, simulator, sessions, generations } = await serveHandler((session, { raw }) =>
      raw.json(session, [A, { ...B, id: 'B' }]),
    );
    await sessions().getSession();
    endAtCall(simulator, 'listMarketBook');
    simulator.fail('certLogin', { status: 503 });
    const text = await (await get('/')).text();
    expect(text).toContain(INVALID);
    expect(text).toContain('Soccer');
    expect(generations).toEqual([1]);
    await until(() => simulator.counts.loginAttempts === 2);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });

  it('makes one login for many requests that are refused at the same time', async () => {
    let arrived = 0;
    const { get, simulator, generations } = await serveHandler(async (session, { raw }) => {
      arrived += 1;
      await until(() => arrived >= 10);
      return raw.json(session, A);
    });
    const answers = Array.from({ length: 10 }, async () => (await get('/')).text());
    await until(() => arrived > 0);
    simulator.endSessions();
    const refusals = (await Promise.all(answers)).filter((answer) => answer.includes(INVALID));
    expect(refusals).toEqual([]);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 20 });
    expect(generations.filter((generation) => generation === 2)).toHaveLength(10);
  });
});

describe('a handler of server-sent events', () => {
  it('is run once more when its first event holds the refusal', async () => {
    const { get, simulator, generations } = await serveHandler(
      (session, { raw }) => from(raw.json(session, A)).pipe(map((data) => ({ data }))),
      { onMethod: [Sse()] },
    );
    await (await get('/')).text();
    simulator.endSessions();
    expect(await (await get('/')).text()).toContain('Soccer');
    expect(generations).toEqual([1, 1, 2]);
  });

  it('has the session replaced that it asked for last, after the first event too', async () => {
    const { get, sessions } = await serveHandler(
      (session, betting) => from(eventsOverTwoSessions(session, betting)),
      { onMethod: [Sse()] },
    );
    expect(await (await get('/')).text()).toMatch(/data: a[^]*event: error/);
    expect(sessions().current?.generation).toBe(3);
  });
});

async function* eventsOverTwoSessions(session: BetfairSession, betting: Betting) {
  yield { data: 'a' };
  betting.simulator.endSessions();
  await betting.sessions().refresh(session);
  const newer = await betting.sessions().getSession();
  betting.simulator.endSessions();
  throw new Error('refused', { cause: await betting.raw.json(newer, A) });
}

describe('a failed refresh', () => {
  it('is thrown with a copy of the rejection as its cause, to each request with its own', async () => {
    const rejections: Error[] = [];
    const { get, simulator, sessions, errors } = await serveHandler(async () => {
      const rejection = Object.assign(new Error('refused'), { errorCode: INVALID });
      rejections.push(rejection);
      await until(() => rejections.length === 2);
      throw rejection;
    });
    await sessions().getSession();
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await Promise.all([get('/'), get('/')]);
    const failure = {
      name: 'BetfairLoginRejectedError',
      code: 'BETFAIR_LOGIN_REJECTED',
      loginCode: 'ACCOUNT_NOW_LOCKED',
    };
    expect(errors).toEqual([expect.objectContaining(failure), expect.objectContaining(failure)]);
    const causes = errors.map((error) => (error instanceof Error ? error.cause : undefined));
    expect(rejections).toHaveLength(2);
    // Copies, because clients hang the request on their errors.
    expect(new Set(causes).size).toBe(2);
    expect(causes).toEqual([
      expect.objectContaining({ errorCode: INVALID }),
      expect.objectContaining({ errorCode: INVALID }),
    ]);
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('shows neither token nor application key of the request that an HTTP client hangs on its error', async () => {
    const { get, simulator, sessions, errors } = await serveHandler(async (session, { raw }) => {
      const cause: unknown = await raw
        .axiosRest(session, 'listEventTypes')
        .catch((error: unknown) => error);
      throw new Error('No event types', { cause });
    });
    const { token, applicationKey } = await sessions().getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { status: 503 });
    await get('/');
    const [error] = errors;
    expect(error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    expect(isInvalidSession(error instanceof Error ? error.cause : undefined)).toBe(true);
    const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(token);
    expect(shown).not.toContain(applicationKey);
  });

  it('does not take the place of a rejection whose handler may not run again', async () => {
    const { get, simulator, sessions, errors } = await serveHandler(() => refused, {
      onClass: [UseBetfairSession({ retry: 'never' })],
    });
    await sessions().getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { status: 503 });
    expect(await (await get('/')).json()).toEqual(refused);
    expect(errors).toEqual([]);
  });
});

function dataOf({ data }: { data: unknown }): unknown {
  return data;
}
