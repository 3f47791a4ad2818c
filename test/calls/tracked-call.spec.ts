import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetfairSession } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import {
  placeOrders,
  post,
  RawClients,
  refuse,
  RPC,
  rpcCall,
  sends,
  until,
} from '../support/betting.js';
import { auditLog, INVALID, refused, rpcReply } from './rejections.fixture.js';

const clients: RawClients[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await closeAccounts();
});

/** An application with a session; `A` and `B` are operations that can be told apart. */
async function setUp() {
  const account = await createAccount();
  const { sessions, logger } = await account.start({ storage: 'mem://' });
  const { simulator } = account;
  const raw = new RawClients(simulator);
  clients.push(raw);
  await sessions.getSession();
  const warnings = () =>
    logger.lines.flatMap(([level, text]) => (level === 'warn' ? [String(text)] : []));
  return { simulator, sessions, raw, warnings };
}

const A = rpcCall('listEventTypes', undefined, 'A');
const B = rpcCall('listMarketBook', {}, 'B');
const SUCCESS = { result: expect.any(Array) };

describe('run of one call that Betfair refuses for its session', () => {
  it.each<[string, (raw: RawClients, session: BetfairSession) => Promise<unknown>]>([
    ['a Response', (raw, session) => raw.fetch(session, A)],
    ['an axios result', (raw, session) => raw.axios(session, A)],
    ['a thrown axios error', (raw, session) => raw.axiosRest(session, 'listEventTypes')],
    ['a parsed body', (raw, session) => raw.json(session, A)],
    ['a body as text', async (raw, session) => (await raw.undici(session, A)).body.text()],
    [
      'an error of its own around a thrown one',
      (raw, session) =>
        raw.axiosRest(session, 'listEventTypes').catch((cause: unknown) => {
          throw new Error('No event types', { cause });
        }),
    ],
  ])('makes it once more with a new session, seeing %s', async (_, call) => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    const generations: number[] = [];
    const answer = await sessions.run((session) => {
      generations.push(session.generation);
      return call(raw, session);
    });
    expect(generations).toEqual([1, 2]);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
    const text = answer instanceof Object && 'json' in answer ? '' : JSON.stringify(answer, safe);
    expect(text).not.toContain(INVALID);
  });

  it('hands on an unread Response that can be read', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    const response = await sessions.run((session) => raw.fetch(session, A));
    expect(await response.json()).toMatchObject(SUCCESS);
  });

  it('makes it once more when the call throws before it returns a promise', async () => {
    const { sessions, simulator } = await setUp();
    simulator.endSessions();
    let calls = 0;
    const answer = await sessions.run(() => {
      calls += 1;
      if (calls === 1) throw refused;
      return Promise.resolve('done');
    });
    expect(answer).toBe('done');
    expect(simulator.counts.logins).toBe(2);
  });

  it('makes it once more although the refusal has a property that cannot be read', async () => {
    const { sessions, simulator } = await setUp();
    simulator.endSessions();
    const answers = [Object.defineProperty({ ...refused }, 'body', { get: unreadable }), 'done'];
    expect(await sessions.run(async () => answers.shift())).toBe('done');
    expect(simulator.counts.logins).toBe(2);
  });

  it('hands the second refusal on unchanged: two sends and one login', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    refuse(simulator, 'listEventTypes');
    const errors: unknown[] = [];
    const failed = sessions.run((session) =>
      raw.axiosRest(session, 'listEventTypes').catch((error: unknown) => {
        errors.push(error);
        throw error;
      }),
    );
    const error: unknown = await failed.catch((reason: unknown) => reason);
    expect(errors).toHaveLength(2);
    expect(error).toBe(errors[1]);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('throws what the refresh failed with', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(sessions.run((session) => raw.json(session, A))).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_REJECTED',
      loginCode: 'ACCOUNT_NOW_LOCKED',
    });
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, calls: 1 });
  });

  it.each([
    ['new', false],
    ['in memory already', true],
  ])(
    'replaces the session that the call asked for itself, where that is a newer one, %s',
    async (_, inMemory) => {
      const { simulator, sessions, raw } = await setUp();
      const generations: number[] = [];
      const outside = AsyncLocalStorage.snapshot();
      const answer = await sessions.run(async (given) => {
        // Meanwhile another call has the first session replaced, and the second one ends as well.
        simulator.endSessions();
        await sessions.refresh(given);
        if (inMemory) await outside(() => sessions.getSession());
        if (generations.length === 0) simulator.endSessions();
        const session = await sessions.getSession();
        generations.push(session.generation);
        return raw.json(session, A);
      });
      expect(answer).toMatchObject(SUCCESS);
      expect(generations).toEqual([2, 4]);
      expect(sends(simulator)).toEqual({ A: 2 });
    },
  );

  it('cannot inspect the result of undici.request, and warns once', async () => {
    const { simulator, sessions, raw, warnings } = await setUp();
    refuse(simulator, 'listEventTypes');
    for (const round of [1, 2]) {
      const { body } = await sessions.run((session) => raw.undici(session, A));
      expect(JSON.stringify(await body.json())).toContain(INVALID);
      expect(simulator.counts).toMatchObject({ logins: 1, calls: round });
      expect(warnings()).toEqual([expect.stringContaining('Return `await body.json()`')]);
    }
  });
});

describe('run of a call that ends otherwise', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['an audit log that mentions a rejection', async () => auditLog],
    ['a list of them', async () => [auditLog, auditLog]],
    ['a result that mentions one', async () => ({ jsonrpc: '2.0', result: [refused], id: 1 })],
    ['another code', async () => rpcReply('TOO_MUCH_DATA', 'ANGX-0001')],
    ['nothing', async () => undefined],
  ])('returns it and keeps the session: %s', async (_, call) => {
    const { sessions, simulator } = await setUp();
    const session = await sessions.getSession();
    let calls = 0;
    const expected = await call();
    const answer = await sessions.run(() => {
      calls += 1;
      return call();
    });
    expect(answer).toEqual(expected);
    expect(calls).toBe(1);
    expect(await sessions.getSession()).toBe(session);
    expect(simulator.counts.logins).toBe(1);
  });

  it.each([{ status: 500 }, { status: 403 }, 'reset', 'html'] as const)(
    'throws its error and keeps the session: %j',
    async (fault) => {
      const { sessions, simulator, raw } = await setUp();
      simulator.fail('api', fault);
      await expect(sessions.run((session) => raw.json(session, A))).rejects.toThrow();
      expect(sends(simulator)).toEqual({ A: 1 });
      await sessions.run((session) => raw.json(session, A));
      expect(simulator.counts.logins).toBe(1);
    },
  );

  it('ends only the wait of the caller whose signal aborts', async () => {
    const { sessions, simulator, raw } = await setUp();
    simulator.endSessions();
    simulator.fail('certLogin', { slow: 300 });
    const controller = new AbortController();
    const { signal } = controller;
    const one = sessions.run((session) => raw.json(session, A), { signal });
    const two = sessions.run((session) => raw.json(session, B));
    const settled = Promise.allSettled([one, two]);
    await until(() => simulator.counts.loginAttempts === 2);
    controller.abort();
    await expect(one).rejects.toBe(signal.reason);
    await settled;
    expect(await two).toMatchObject(SUCCESS);
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('calls inside calls', () => {
  it.each<[string, (context: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>]>([
    ['run in run', ({ sessions, raw }) => sessions.run((session) => raw.json(session, A))],
    ['fetch in run', async ({ sessions }) => (await sessions.fetch(RPC, post(A))).json()],
    [
      'run in run in run',
      ({ sessions, raw }) =>
        sessions.run(() => sessions.run((session) => raw.axios(session, A).then(dataOf))),
    ],
  ])('are repeated by the innermost only: %s', async (_, inner) => {
    const context = await setUp();
    const { simulator, sessions } = context;
    let outer = 0;
    const work = () =>
      sessions.run(() => {
        outer += 1;
        return inner(context);
      });
    simulator.endSessions();
    expect(await work()).toMatchObject(SUCCESS);
    expect(outer).toBe(1);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(simulator.counts.logins).toBe(2);

    simulator.clearRequests();
    simulator.endSessions();
    refuse(simulator, 'listEventTypes');
    expect(JSON.stringify(await work())).toContain(INVALID);
    expect(outer).toBe(2);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(simulator.counts.logins).toBe(3);
  });

  it('are not repeated by the outer one after the inner one got through', async () => {
    const { simulator, sessions, raw } = await setUp();
    const answer = await sessions.run(async (session) => {
      await sessions.fetch(RPC, post(placeOrders()));
      simulator.endSessions();
      return raw.json(session, B);
    });
    expect(JSON.stringify(answer)).toContain(INVALID);
    expect(sends(simulator)).toEqual({ order: 1, B: 1 });
    expect(simulator.orders).toHaveLength(1);
    await until(() => sessions.current?.generation === 2);
  });

  it('are not repeated by the outer one after the inner one was repeated', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    await sessions.run(async (session) => {
      await sessions.fetch(RPC, post(placeOrders()));
      return raw.json(session, B);
    });
    expect(sends(simulator)).toEqual({ order: 2, B: 1 });
    expect(simulator.orders).toHaveLength(1);
    expect(simulator.counts.logins).toBe(2);
  });

  it('are not repeated by the outer one after the inner one timed out', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.fail('api', 'hung', { processed: true });
    await sessions.run(async (session) => {
      const signal = AbortSignal.timeout(200);
      await sessions.fetch(RPC, { ...post(placeOrders()), signal }).catch(() => undefined);
      simulator.endSessions();
      return raw.json(session, B);
    });
    expect(sends(simulator)).toEqual({ order: 1, B: 1 });
    expect(simulator.orders).toHaveLength(1);
  });

  it('are not repeated by the outer one while the inner one is open', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.fail('api', 'hung', { processed: true });
    const controller = new AbortController();
    let order: Promise<unknown> | undefined;
    await sessions.run(async (session) => {
      const { signal } = controller;
      order = sessions.fetch(RPC, { ...post(placeOrders()), signal }).catch(() => undefined);
      await until(() => simulator.orders.length === 1);
      simulator.endSessions();
      return raw.json(session, B);
    });
    controller.abort();
    await order;
    expect(sends(simulator)).toEqual({ order: 1, B: 1 });
    expect(simulator.orders).toHaveLength(1);
  });

  it('are not repeated by the outer one when the inner refresh failed', async () => {
    const { simulator, sessions } = await setUp();
    simulator.endSessions();
    simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    await expect(sessions.run(() => sessions.fetch(RPC, post(A)))).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
    expect(sends(simulator)).toEqual({ A: 1 });
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('are not repeated by the outer one when the inner refresh failed and the call went on', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    simulator.fail('certLogin', { status: 503 });
    const answer = await sessions.run(async (session) => {
      await sessions.fetch(RPC, post(A)).catch(() => sessions.unblockLogin());
      return raw.json(session, B);
    });
    expect(JSON.stringify(answer)).toContain(INVALID);
    // Sent once before the refresh failed: a repetition of both would send A twice more.
    expect(sends(simulator)).toEqual({ A: 1, B: 1 });
    expect((await sessions.getSession()).generation).toBe(2);
  });

  it('are repeated by the outer one, with a new stream, if the inner one cannot', async () => {
    const { simulator, sessions } = await setUp();
    const work = () =>
      sessions.run(() =>
        sessions.fetch(RPC, { method: 'POST', body: streamOf(A), duplex: 'half' }),
      );
    simulator.endSessions();
    expect(await (await work()).json()).toMatchObject(SUCCESS);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(simulator.counts.logins).toBe(2);
  });

  it('that run side by side are each repeated once', async () => {
    const { simulator, sessions, raw } = await setUp();
    simulator.endSessions();
    let outer = 0;
    const answers = await sessions.run(() => {
      outer += 1;
      return Promise.all([
        sessions.fetch(RPC, post(A)).then((response) => response.json()),
        sessions.run((session) => raw.json(session, B)),
      ]);
    });
    expect(answers).toEqual([expect.objectContaining(SUCCESS), expect.objectContaining(SUCCESS)]);
    expect(outer).toBe(1);
    expect(sends(simulator)).toEqual({ A: 2, B: 2 });
    expect(simulator.counts.logins).toBe(2);
  });
});

function unreadable(): never {
  throw new Error('It cannot be read.');
}

function dataOf({ data }: { data: unknown }): unknown {
  return data;
}

/** An axios result refers to sockets, which refer to themselves. */
function safe(key: string, value: unknown): unknown {
  return key === 'request' || key === 'config' ? undefined : value;
}

function streamOf(call: object): ReadableStream<Uint8Array> {
  return new Blob([JSON.stringify(call)]).stream();
}
