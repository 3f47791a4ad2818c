import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import { BetfairApiError, type SessionService } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../../support/account.js';
import { until } from '../../support/betting.js';
import { answer, answerCalls, closeOwnApis, startOwnApi } from '../../support/own-api.js';
import { INVALID, refused, rpcReply, succeeded } from '../rejections.fixture.js';

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
});

const LIST = 'SportsAPING/v1.0/listEventTypes';
const PLACE = 'SportsAPING/v1.0/placeOrders';
const FUNDS = 'AccountAPING/v1.0/getAccountFunds';

async function setUp() {
  const account = await createAccount();
  const { sessions } = await account.start({ storage: 'mem://' });
  const sent = () => account.simulator.requests.filter(({ endpoint }) => endpoint === 'api');
  return { ...account, sessions, sent };
}

/** What `call()` fails with. */
async function failure(sessions: SessionService, operation = LIST): Promise<BetfairApiError> {
  const error: unknown = await sessions.call(operation, {}).catch((reason: unknown) => reason);
  if (error instanceof BetfairApiError) return error;
  throw error;
}

describe('call', () => {
  it('gives the result of an operation', async () => {
    const { sessions, sent } = await setUp();
    const types = await sessions.call<{ eventType: { name: string } }[]>(LIST, { filter: {} });
    expect(types[0]?.eventType.name).toBe('Soccer');
    expect(sent()).toEqual([expect.objectContaining({ path: '/exchange/betting/json-rpc/v1' })]);
    expect(JSON.parse(sent()[0]?.body ?? '')).toEqual({
      jsonrpc: '2.0',
      id: expect.any(Number),
      method: LIST,
      params: { filter: {} },
    });
  });

  it.each([
    ['HeartbeatAPING/v1.0/heartbeat', '/exchange/heartbeat/json-rpc/v1'],
    [FUNDS, '/exchange/account/json-rpc/v1'],
    ['ScoresAPING/v1.0/listScores', '/exchange/scores/json-rpc/v1'],
  ])('sends %s to its API', async (operation, path) => {
    const { sessions, sent } = await setUp();
    await sessions.call(operation).catch(() => undefined);
    expect(sent().map((request) => request.path)).toEqual([path]);
  });

  it('is repeated with a new session if its session was refused', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.getSession();
    simulator.endSessions();
    expect(await sessions.call(LIST)).toEqual(expect.any(Array));
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('hands the second refusal on, and no outer layer inspects it again', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.call(LIST);
    simulator.rejectCalls(() => true);
    const error = await sessions.run(() => sessions.call(LIST)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'BETFAIR_API_ERROR',
      errorCode: INVALID,
      retryable: false,
    });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 3, keepAlives: 0 });
  });

  it.each(['listEventTypes', 'NonsenseAPING/v1.0/list', 'SportsAPING', 'SportsAPING/v1.0/a/b', ''])(
    'refuses the name "%s" and sends nothing',
    async (operation) => {
      const { sessions, simulator } = await setUp();
      await expect(sessions.call(operation)).rejects.toThrow(
        /"SportsAPING\/v1\.0\/listEventTypes"/,
      );
      expect(simulator.requests).toEqual([]);
    },
  );

  it('works with the fake timers of a test', async () => {
    const { sessions } = await setUp();
    await sessions.call(LIST);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const answers = await Promise.all([sessions.call(LIST), sessions.call(LIST)]);
      expect(answers).toEqual([expect.any(Array), expect.any(Array)]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('ends with the reason of its signal', async () => {
    const { sessions, simulator } = await setUp();
    simulator.fail('api', 'hung');
    const controller = new AbortController();
    const call = sessions.call(LIST, {}, { signal: controller.signal });
    call.catch(() => undefined);
    await until(() => simulator.counts.calls === 1);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

describe('a call that fails', () => {
  it.each([
    ['TOO_MUCH_DATA', LIST, /fewer markets/, false],
    ['TOO_MANY_REQUESTS', LIST, /fewer at once/, true],
    ['TOO_MANY_REQUESTS', PLACE, /fewer at once/, false],
    ['TIMEOUT_ERROR', PLACE, /listCurrentOrders/, false],
    ['SERVICE_BUSY', FUNDS, /in a moment/, true],
    ['SERVICE_BUSY', 'AccountAPING/v1.0/getApplicationSubscriptionToken', /in a moment/, false],
    ['INVALID_APP_KEY', LIST, /BETFAIR_APP_KEY/, false],
    ['BRAND_NEW_CODE', LIST, /does not document/, false],
  ])('says what %s of %s means', async (errorCode, operation, advice, retryable) => {
    const { sessions } = await startOwnApi(answer(rpcReply(errorCode, 'ANGX-0001')));
    const error = await failure(sessions, operation);
    expect(error).toMatchObject({
      name: 'BetfairApiError',
      code: 'BETFAIR_API_ERROR',
      errorCode,
      operation,
      status: 200,
      retryable,
      requestUUID: expect.any(String),
    });
    expect(error.message).toContain(`Betfair refused ${operation} with ${errorCode}.`);
    expect(error.message).toMatch(advice);
  });

  it('finds the exception under the name that the reply gives', async () => {
    const reply = rpcReply('SUBSCRIPTION_EXPIRED', 'AANGX-0012', 'AccountAPINGException');
    const { sessions } = await startOwnApi(answer(reply));
    expect((await failure(sessions, FUNDS)).errorCode).toBe('SUBSCRIPTION_EXPIRED');
  });

  it.each([
    ['as it is', (token: string) => token],
    [
      'in a longer form',
      (token: string) =>
        Array.from(token, (one) => `&#x${one.charCodeAt(0).toString(16)};`).join(''),
    ],
  ])('shows no part of a token wherever the explanation is cut: %s', async (_, form) => {
    let token = '';
    let before = 0;
    const api = await startOwnApi((request, response) => {
      token = String(request.headers['x-authentication']);
      const reply = rpcReply('INVALID_INPUT_DATA', 'ANGX-0002');
      Object.assign(reply.error.data['APINGException'] ?? {}, {
        errorDetails: `${'x'.repeat(before)}${` ${form(token)}`.repeat(500)}`,
      });
      answer(reply)(request, response);
    });
    for (before of [0, 1, 20, 980, 999, 1_000, 3_990]) {
      const { errorDetails = '' } = await failure(api.sessions);
      expect(errorDetails).toHaveLength(1_000);
      expect(errorDetails).toMatch(/^x*( \[redacted\])*( \[?\w*)?$/);
      expect(errorDetails).not.toContain(form(token).slice(0, 4));
    }
  });

  it('keeps what Betfair explains, without token and application key', async () => {
    let token = '';
    const api = await startOwnApi((request, response) => {
      token = String(request.headers['x-authentication']);
      const key = String(request.headers['x-application']);
      const reply = rpcReply('INVALID_INPUT_DATA', 'ANGX-0002');
      Object.assign(reply.error.data['APINGException'] ?? {}, {
        errorDetails: `marketId: no such thing; session ${token}, key ${key}`,
      });
      answer(reply)(request, response);
    });
    const error = await failure(api.sessions);
    expect(error.errorDetails).toBe('marketId: no such thing; session [redacted], key [redacted]');
    const { applicationKey } = await api.sessions.getSession();
    for (const text of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(applicationKey);
    }
  });

  it.each<[string, unknown, number, RegExp, boolean]>([
    [
      'a fault of the framework',
      { jsonrpc: '2.0', error: { code: -32601, message: 'DSC-0021' }, id: 1 },
      200,
      /with DSC-0021 \(HTTP 200\)/,
      false,
    ],
    [
      'a REST fault',
      { faultcode: 'Client', faultstring: 'DSC-0018', detail: {} },
      400,
      /DSC-0018/,
      false,
    ],
    ['an outage', {}, 503, /HTTP 503\) could not be read.*usually temporary/, true],
    ['a block', 'no entry', 403, /HTTP 403.*endpoints\.api/, false],
    ['an empty object', {}, 200, /HTTP 200\) could not be read/, false],
    ['a list', [succeeded], 200, /HTTP 200\) could not be read/, false],
    ['null', null, 200, /HTTP 200\) could not be read/, false],
  ])('is explained: %s', async (_, reply, status, message, retryable) => {
    const { sessions, requests } = await startOwnApi(answer(reply, status));
    const error = await failure(sessions);
    expect(error).toMatchObject({ status, errorCode: undefined, retryable });
    expect(error.message).toMatch(message);
    expect(requests()).toBe(1);
  });

  it('is explained: a page', async () => {
    const { sessions } = await startOwnApi((request, response) => {
      request.resume().on('end', () => response.writeHead(200).end('<html>Please log in</html>'));
    });
    expect((await failure(sessions)).message).toMatch(/could not be read.*no proxy/);
  });

  it('is explained: a result that belongs to another call', async () => {
    const { sessions } = await startOwnApi(answer({ jsonrpc: '2.0', result: 'stray', id: 0 }));
    const error = await failure(sessions);
    expect(error.message).toMatch(/belongs to another call.*not known/);
    expect(error.retryable).toBe(false);
  });

  it('fails as fetch does if the connection is lost', async () => {
    const { sessions } = await startOwnApi((request) => request.socket.destroy());
    await expect(sessions.call(PLACE, {})).rejects.toMatchObject({
      name: 'TypeError',
      message: 'fetch failed',
    });
  });
});

describe('callAll', () => {
  const calls = [
    { operation: LIST, params: { filter: {} } },
    { operation: 'SportsAPING/v1.0/listCompetitions' },
    { operation: LIST },
  ] as const;

  it('gives each call its own outcome, in any order of the replies', async () => {
    const { sessions, requests } = await startOwnApi(
      answerCalls(
        [
          { jsonrpc: '2.0', result: 'third' },
          rpcReply('TOO_MUCH_DATA', 'ANGX-0001'),
          { jsonrpc: '2.0', result: 'first' },
          { jsonrpc: '2.0', result: 'of nobody' },
        ],
        [2, 1, 0, 7],
      ),
    );
    const [first, second, third] = await sessions.callAll<[string, string, string]>(calls);
    expect(first).toEqual({ status: 'fulfilled', value: 'first' });
    expect(third).toEqual({ status: 'fulfilled', value: 'third' });
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { errorCode: 'TOO_MUCH_DATA', operation: calls[1].operation },
    });
    expect(requests()).toBe(1);
  });

  it('rejects a call that has no reply', async () => {
    const { sessions } = await startOwnApi(answerCalls([{ jsonrpc: '2.0', result: 1 }]));
    const [first, second] = await sessions.callAll(calls);
    expect(first).toEqual({ status: 'fulfilled', value: 1 });
    expect(second).toMatchObject({ status: 'rejected', reason: { errorCode: undefined } });
  });

  it('reports the calls that were made, even if their list changes', async () => {
    const { sessions } = await setUp();
    const list = [{ operation: LIST }, { operation: LIST }];
    const outcomes = sessions.callAll(list);
    list.length = 0;
    expect(await outcomes).toHaveLength(2);
  });

  it('is repeated if each of its calls was refused for the session', async () => {
    const { sessions, simulator } = await setUp();
    await sessions.getSession();
    simulator.endSessions();
    const outcomes = await sessions.callAll([{ operation: LIST }, { operation: LIST }]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('fails as a whole if all of them failed', async () => {
    const { sessions } = await startOwnApi(
      answer({ ...refused, error: { message: 'DSC-0008' } }, 400),
    );
    await expect(sessions.callAll(calls)).rejects.toMatchObject({
      code: 'BETFAIR_API_ERROR',
      status: 400,
      operation: calls.map(({ operation }) => operation).join(', '),
    });
  });

  it('sends nothing for no call, and refuses calls of several APIs', async () => {
    const { sessions, simulator } = await setUp();
    expect(await sessions.callAll([])).toEqual([]);
    await expect(sessions.callAll([{ operation: LIST }, { operation: FUNDS }])).rejects.toThrow(
      /several APIs.*Use one callAll\(\) for each/,
    );
    expect(simulator.requests).toEqual([]);
  });
});
