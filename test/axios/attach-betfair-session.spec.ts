import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { HttpModule, HttpService } from '@nestjs/axios';
import { Test } from '@nestjs/testing';
import { type AxiosRequestConfig, isAxiosError, isCancel } from 'axios';
import {
  attachBetfairSession,
  BetfairLoginRejectedError,
  BetfairSessionModule,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';
import { INVALID, refused, restFault, rpcReply, succeeded } from '../calls/rejections.fixture.js';
import { closeAccounts } from '../support/account.js';
import { refuse, REST, RPC, rpcCall, until } from '../support/betting.js';
import { closeAgents, createAxios, setUp, setUpDead } from './attached.js';
import { oldStream } from './old-stream.js';

afterEach(async () => {
  closeAgents();
  await closeAccounts();
});

const A = rpcCall('listEventTypes', undefined, 'A');
const FILTER = { filter: {} };

describe('an attached axios instance', () => {
  it('resolves a path against the API and sends the session with what the caller says', async () => {
    const { http, sessions, sent, simulator } = await setUp({ headers: { 'X-Mine': 'default' } });
    const { data, status } = await http.post<unknown>(RPC, A, {
      params: { a: 'b c' },
      headers: { 'X-Yours': 'yes', 'x-authentication': 'mine', 'X-APPLICATION': 'mine' },
    });
    expect({ data, status }).toMatchObject({ status: 200, data: { result: expect.any(Array) } });
    const { token, applicationKey } = await sessions.getSession();
    expect(sent()).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: `${RPC}?a=b+c`,
        body: JSON.stringify(A),
        headers: expect.objectContaining({
          'x-authentication': token,
          'x-application': applicationKey,
          'x-mine': 'default',
          'x-yours': 'yes',
          accept: 'application/json',
          'content-type': 'application/json',
        }),
      }),
    ]);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });

  it.each([
    ['an object', FILTER],
    ['JSON text', '{"filter":{}}'],
    ['a Buffer', Buffer.from('{"filter":{}}')],
    ['bytes', new TextEncoder().encode('{"filter":{}}')],
    ['nothing', undefined],
  ])('sends %s as JSON, which is all that Betfair takes', async (_, body) => {
    const { http, sent } = await setUp();
    const { data } = await http.post<unknown>(`${REST}/listEventTypes/`, body);
    expect(data).toEqual(expect.any(Array));
    expect(sent()[0]?.body).toBe(body === undefined ? '' : '{"filter":{}}');
  });

  it('leaves a content type and an Accept alone that the caller chose', async () => {
    const { http, sent } = await setUp({ validateStatus: null });
    const headers = { 'Content-Type': 'application/json; charset=utf-8', Accept: 'text/plain' };
    await http.post(RPC, JSON.stringify(A), { headers });
    await http.post(RPC, new URLSearchParams({ a: 'b' }));
    expect(sent().map((request) => request.headers)).toEqual([
      expect.objectContaining({
        'content-type': 'application/json; charset=utf-8',
        accept: 'text/plain',
      }),
      expect.objectContaining({
        'content-type': 'application/x-www-form-urlencoded;charset=utf-8',
      }),
    ]);
  });

  it('takes a baseURL of the API, whole or as a path', async () => {
    const { http, simulator, sent } = await setUp();
    for (const baseURL of [simulator.url + REST, REST, `${REST}/`]) {
      await http.post('/listEventTypes/', FILTER, { baseURL });
    }
    expect(sent().map(({ path }) => path)).toEqual(Array(3).fill(`${REST}/listEventTypes/`));
  });

  it('is sent for by every way to make a request', async () => {
    const { http, simulator } = await setUp({ validateStatus: null });
    await http({ url: RPC, method: 'post', data: A });
    await http(RPC, { method: 'post', data: A });
    await http.request({ url: RPC, method: 'POST', data: A });
    await http.get(RPC);
    await http.put(RPC, A);
    await http.delete(RPC);
    const tokens = simulator.requests.slice(1).map(({ headers }) => headers['x-authentication']);
    expect(tokens).toEqual(Array(6).fill(simulator.liveTokens()[0]));
  });

  it('attached twice repeats a request once', async () => {
    const { http, sessions, simulator } = await setUpDead();
    expect(attachBetfairSession(http, sessions)).toBe(http);
    refuse(simulator, 'listEventTypes');
    await http.post(RPC, A);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('cannot be attached to the session of another service', async () => {
    const { http, sessions } = await setUp();
    const other = await setUp();
    expect(() => attachBetfairSession(http, other.sessions)).toThrow(
      expect.objectContaining({
        code: 'BETFAIR_CONFIGURATION',
        message: expect.stringMatching(/another SessionService.*axios\.create\(\)/),
      }),
    );
    await http.post(RPC, A);
    expect(sessions.status.state).toBe('ready');
    expect(other.sessions.status.state).toBe('empty');
  });

  it('cannot be something else', async () => {
    const { http, sessions } = await setUp();
    const { interceptors } = http;
    expect(() => attachBetfairSession({ interceptors }, sessions)).toThrow(
      /an instance of axios 1/,
    );
  });

  it('leaves the instances alone that are made from it or beside it', async () => {
    const { http, simulator } = await setUp({ validateStatus: null });
    await http.create().post(simulator.url + RPC, A);
    await createAxios(simulator).post(simulator.url + RPC, A, { validateStatus: null });
    expect(simulator.requests.map(({ headers }) => headers['x-authentication'])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is also that of the HttpService of Nest', async () => {
    await using simulator = await BetfairSimulator.start();
    const httpsAgent = new Agent({ ca: simulator.ca });
    const module = await Test.createTestingModule({
      imports: [
        BetfairSessionModule.forRoot(simulator.options()),
        HttpModule.register({ httpsAgent, proxy: false }),
      ],
    }).compile();
    const http = module.get(HttpService);
    attachBetfairSession(http.axiosRef, module.get(SessionService));
    await firstValueFrom(http.post(RPC, A));
    simulator.endSessions();
    const { data } = await firstValueFrom(http.post<unknown>(RPC, A));
    expect(data).toMatchObject({ result: expect.any(Array) });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 3 });
    httpsAgent.destroy();
    await module.close();
  });
});

describe('a request of an attached instance that Betfair refuses for its session', () => {
  it.each<[string, string, AxiosRequestConfig]>([
    ['by JSON-RPC, which resolves', RPC, {}],
    ['by REST, which fails', `${REST}/listEventTypes/`, {}],
    ['where every status resolves', `${REST}/listEventTypes/`, { validateStatus: null }],
    ['where every status fails', RPC, { validateStatus: () => false }],
    ['as text', RPC, { responseType: 'text' }],
    ['as text, which fails', `${REST}/listEventTypes/`, { responseType: 'text' }],
    ['as bytes', RPC, { responseType: 'arraybuffer' }],
    ['as bytes, which fails', `${REST}/listEventTypes/`, { responseType: 'arraybuffer' }],
    ['with a transformation that hides it', RPC, { transformResponse: () => 'Soccer' }],
    [
      'with a transformation that hides it, which fails',
      `${REST}/listEventTypes/`,
      { transformResponse: [() => 'Soccer'] },
    ],
  ])('is sent once more with a new session: %s', async (_, path, config) => {
    const { http, sent, sessions, simulator } = await setUpDead();
    const call = path === RPC ? A : FILTER;
    const answer = await http.post<unknown>(path, call, config).catch(responseOf);
    const { data } = answer;
    const body = data instanceof ArrayBuffer ? Buffer.from(data).toString() : JSON.stringify(data);
    expect(body).toContain('Soccer');
    expect(body).not.toContain(INVALID);
    const [first, second, ...more] = sent();
    expect(more).toEqual([]);
    expect(second?.headers['x-authentication']).toBe((await sessions.getSession()).token);
    expect(first?.headers['x-authentication']).not.toBe(second?.headers['x-authentication']);
    expect(second).toMatchObject({ body: first?.body, path: first?.path });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('is handed on as axios gives it when it is refused again: two sends and one login', async () => {
    const { http, simulator } = await setUp();
    await http.post(RPC, A);
    refuse(simulator, 'listEventTypes');
    const { data } = await http.post<unknown>(RPC, A);
    expect(data).toMatchObject({ error: { data: { APINGException: { errorCode: INVALID } } } });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 3, keepAlives: 0 });

    // No call got through with the new session, and keepAlive takes it: it stays.
    const failed = await http.post(`${REST}/listEventTypes/`, FILTER).catch((error) => error);
    expect(isAxiosError(failed)).toBe(true);
    expect(failed).toMatchObject({
      code: 'ERR_BAD_REQUEST',
      status: 400,
      config: { method: 'post', url: `${REST}/listEventTypes/` },
      response: { data: { faultstring: 'ANGX-0003' } },
    });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 4, keepAlives: 1 });
    // Loggers print these; there is no session in them.
    const names = Object.keys(failed.config.headers).map((name) => name.toLowerCase());
    expect(names).toEqual(expect.arrayContaining(['accept', 'content-type']));
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(/^x-/)]));
  });

  it.each([
    ['a Buffer', () => Buffer.from(JSON.stringify(A))],
    ['an ArrayBuffer', () => new TextEncoder().encode(JSON.stringify(A)).buffer],
    ['a Blob', () => new Blob([JSON.stringify(A)], { type: 'application/json' })],
    [
      'FormData',
      () => {
        const form = new FormData();
        form.set('name', 'välue');
        form.set('file', new Blob(['content']), 'file.txt');
        return form;
      },
    ],
  ])('sends %s again as it was', async (_, body) => {
    const { http, sent, simulator } = await setUpDead();
    simulator.fail('api', { reply: restFault(INVALID), status: 400 });
    simulator.fail('api', { reply: succeeded });
    const { data } = await http.post<unknown>(RPC, body());
    expect(data).toEqual(succeeded);
    const [first, second, ...more] = sent();
    expect(more).toEqual([]);
    expect(second?.headers['content-type']).toMatch(
      /^(application\/json|multipart\/form-data; b.*)$/,
    );
    expect(withoutBoundary(second?.body)).toBe(withoutBoundary(first?.body));
    expect(second?.body).toMatch(/välue|listEventTypes/);
  });

  it.each([
    ['a stream', () => Readable.from([JSON.stringify(A)])],
    ['a stream of the old kind', () => oldStream(JSON.stringify(A))],
  ])('is sent once more with %s, which is read before it is sent', async (_, body) => {
    const { http, sent, simulator } = await setUpDead();
    const { data } = await http.post<unknown>(RPC, body());
    expect(data).toMatchObject({ result: expect.any(Array) });
    expect(sent().map((request) => request.body)).toEqual(Array(2).fill(JSON.stringify(A)));
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('is repeated if its answer is a stream, which is a web stream', async () => {
    const { http, simulator } = await setUpDead();
    const { data } = await http.post<ReadableStream>(RPC, A, { responseType: 'stream' });
    expect(await new Response(data).json()).toMatchObject({ result: expect.any(Array) });
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2 });
  });

  it('in part, as a batch, is handed on, and the session replaced', async () => {
    const { http, sessions, simulator } = await setUp();
    await http.post(RPC, A);
    const end = simulator.rejectCalls((_request, { id }) => id === 'b');
    const batch = ['a', 'b', 'c'].map((id) => rpcCall('listEventTypes', undefined, id));
    const { data } = await http.post<unknown>(RPC, batch);
    expect(data).toHaveLength(3);
    expect(JSON.stringify(data).match(new RegExp(INVALID, 'g'))).toHaveLength(1);
    end();
    expect((await sessions.getSession()).generation).toBe(2);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 2, keepAlives: 0 });
  });
});

describe('an attached axios instance with an adapter of its own', () => {
  it.each([
    ['a function', async () => ({})],
    ['a list with a function', ['http', async () => ({})]],
  ])('refuses %s before anything is sent', async (_, adapter) => {
    const { http, simulator } = await setUp();
    const config: AxiosRequestConfig = {};
    Reflect.set(config, 'adapter', adapter);
    await expect(http.post(RPC, A, config)).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringMatching(/adapter of its own.*run\(\)/),
    });
    expect(simulator.requests).toEqual([]);
  });

  it.each(['http', 'fetch', ['xhr', 'http']])('sends by its session with %j', async (adapter) => {
    const { http, simulator } = await setUp();
    const config: AxiosRequestConfig = {};
    Reflect.set(config, 'adapter', adapter);
    expect((await http.post(RPC, A, config)).status).toBe(200);
    expect(simulator.counts).toMatchObject({ logins: 1, calls: 1 });
  });
});

describe('a request of an attached instance that fails for another reason', () => {
  it.each([
    ['a 500', { status: 500 }],
    ['a 503', { status: 503 }],
    ['a 403 block page', { status: 403 }],
    ['a page instead of JSON', 'html'],
    ['a lost connection', 'reset'],
    ['no answer', 'hung'],
    ['a refusal with status 403', { reply: refused, status: 403 }],
    ['TOO_MUCH_DATA', { reply: rpcReply('TOO_MUCH_DATA', 'ANGX-0001') }],
    ['a result that mentions a rejection', { reply: { ...succeeded, result: [refused] } }],
  ] as const)('is sent once, and the session kept: %s', async (_, fault) => {
    const { http, sent, sessions, simulator } = await setUp();
    const session = await sessions.getSession();
    simulator.fail('api', fault);
    await http.post(RPC, A, { timeout: 300 }).catch((error: unknown) => {
      expect(isAxiosError(error)).toBe(true);
    });
    expect(sent()).toHaveLength(1);
    expect(await sessions.getSession()).toBe(session);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it('times out as axios says', async () => {
    const { http, simulator } = await setUp();
    simulator.fail('api', 'hung');
    await expect(http.post(RPC, A, { timeout: 100 })).rejects.toMatchObject({
      code: 'ECONNABORTED',
      message: 'timeout of 100ms exceeded',
    });
  });

  it.each([
    ['before it is sent', 'certLogin'],
    ['while it is under way', 'api'],
  ] as const)('is cancelled by its signal %s', async (_, endpoint) => {
    const { http, simulator } = await setUp();
    simulator.fail(endpoint, { slow: 300 });
    const controller = new AbortController();
    const failed = http.post(RPC, A, { signal: controller.signal }).catch((error) => error);
    await until(() => simulator.requests.length === (endpoint === 'api' ? 2 : 1));
    controller.abort();
    expect(isCancel(await failed)).toBe(true);
    expect(simulator.counts.calls).toBe(endpoint === 'api' ? 1 : 0);
  });

  it('is not sent if nobody is subscribed any more to the HttpService that waits for a session', async () => {
    const { http, sent, sessions, simulator } = await setUp();
    simulator.fail('certLogin', { slow: 200 });
    const subscription = new HttpService(http).post(RPC, A).subscribe();
    await until(() => simulator.counts.loginAttempts === 1);
    subscription.unsubscribe();
    await sessions.getSession();
    await http.post(RPC, rpcCall('listEventTypes', undefined, 'B'));
    expect(sent().map(({ body }) => JSON.parse(body).id)).toEqual(['B']);
  });

  it('fails with the error of the session, and adds nothing to it for others', async () => {
    const { http, sessions, simulator } = await setUpDead();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(http.post(RPC, A)).rejects.toThrow(BetfairLoginRejectedError);
    const error = await sessions.getSession().catch((reason: unknown) => reason);
    const { message, stack } = Object(error);
    for (const send of [() => http.post(RPC, A), () => http.get(RPC)]) {
      const failed: unknown = await send().catch((reason: unknown) => reason);
      expect(failed).toBeInstanceOf(BetfairLoginRejectedError);
      expect(failed).toMatchObject({
        message,
        code: 'BETFAIR_LOGIN_REJECTED',
        loginCode: 'ACCOUNT_NOW_LOCKED',
      });
    }
    expect(await sessions.getSession().catch((reason: unknown) => reason)).toBe(error);
    expect(Object(error).stack).toBe(stack);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, calls: 1 });
  });
});

/** Of a form: each sending has a new one. */
function withoutBoundary(body = ''): string {
  return body.replaceAll(/^--\S+$/gm, '--');
}

function responseOf(error: unknown) {
  if (isAxiosError(error) && error.response) return error.response;
  throw error;
}
