import { BadRequestException } from '@nestjs/common';
import { AxiosError, AxiosHeaders } from 'axios';
import { BetfairApiError } from '../../lib/errors/index.js';
import { markJudged } from '../../lib/calls/rejection/rejection-response.js';
import { inspectFailure, inspectOutcome } from './looks.js';
import {
  exception,
  INVALID,
  others,
  refused,
  rejections,
  restFault,
  rpcError,
  succeeded,
} from './rejections.fixture.js';

const fault = restFault(INVALID);
const text = JSON.stringify(fault);
const JSON_TYPE = { 'content-type': 'application/json' };

const failed = (properties: object, message = 'It failed.') =>
  Object.assign(new Error(message), properties);
const unread = (body: unknown = fault, status = 400) => Response.json(body, { status });

/** An answer whose body was read, as clients hang it on an error or a result. */
async function read(body: unknown = fault, status = 400): Promise<Response> {
  const response = unread(body, status);
  await response.text();
  return response;
}

const axiosConfig = { headers: new AxiosHeaders() };
const axiosResult = (data: unknown, status = 200) => ({
  data,
  status,
  statusText: '',
  headers: {},
  config: axiosConfig,
});
const apiError = new BetfairApiError('x', {
  operation: 'x',
  status: 200,
  retryable: false,
  errorCode: INVALID,
});

/** What `Promise.allSettled` makes of calls that resolved, and of those that threw an error. */
function settle(...outcomes: unknown[]): Promise<unknown> {
  const calls = outcomes.map(async (outcome) => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });
  return Promise.allSettled(calls);
}

function fail(): never {
  throw new Error('trap');
}

describe('a thrown value is suspected', () => {
  it.each<[string, () => unknown]>([
    ['ky 1: an error with an unread Response', () => failed({ response: unread() })],
    ['ky 2: an error with its data', () => failed({ response: unread('', 400), data: fault })],
    ['wretch: text', () => failed({ status: 400, text })],
    ['wretch: json', () => failed({ status: 400, json: fault })],
    ['wretch: an unread Response', () => failed({ status: 400, response: unread() })],
    ['superagent', () => failed({ status: 400, response: { status: 400, body: fault, text } })],
    ['superagent, text only', () => failed({ response: { status: 400, body: {}, text } })],
    ['ofetch', () => failed({ statusCode: 400, data: fault })],
    ['got', () => failed({ response: { statusCode: 400, body: text } })],
    [
      'axios',
      () => new AxiosError('x', 'ERR_BAD_REQUEST', axiosConfig, {}, axiosResult(fault, 400)),
    ],
    ['Nest', () => new BadRequestException(fault)],
    ['a plain body', () => fault],
    ['a plain result of openapi-fetch', () => ({ error: fault, response: unread() })],
    ['an unread Response itself', () => unread()],
    ['an AggregateError', () => new AggregateError([failed({ body: fault }), new Error(INVALID)])],
    ['a cause', () => new Error('x', { cause: failed({ response: unread() }) })],
    ['a cause that is an object', () => new Error('x', { cause: { status: 400, body: text } })],
  ])('%s', async (_, make) => {
    expect(await inspectFailure(make())).toBe('all');
  });

  it.each(rejections)('as an error of any client: %s', async (_, body) => {
    expect(await inspectFailure(failed({ response: unread(body, 400) }))).toBe('all');
    expect(inspectFailure(failed({ data: body }))).toBe('all');
    expect(inspectFailure(body)).toBe('all');
  });

  it('as a part, if not every error of several is one', () => {
    expect(inspectFailure(new AggregateError([new Error(INVALID), new Error('x')]))).toBe('some');
    expect(inspectFailure(failed({ json: [refused, succeeded] }))).toBe('some');
  });
});

describe('a resolved value is suspected', () => {
  it.each<[string, () => unknown]>([
    ['an unread Response', () => unread()],
    ['axios', () => axiosResult(refused)],
    ['got', () => ({ statusCode: 200, headers: {}, rawBody: Buffer.from(''), body: refused })],
    ['superagent', () => ({ status: 200, headers: {}, body: refused, text: '' })],
    ['ofetch.raw', async () => Object.assign(await read(), { _data: fault })],
    ['openapi-fetch, error', async () => ({ error: fault, response: await read() })],
    [
      'openapi-fetch, data',
      async () => ({ data: refused, error: undefined, response: await read(refused, 200) }),
    ],
    ['openapi-fetch, unread', () => ({ error: undefined, response: unread() })],
    ['a status and a body', () => ({ status: 400, body: text })],
    ['a status and parsed data', () => ({ status: 200, data: refused })],
    ['the error of JSON-RPC', () => ({ error: rpcError(INVALID) })],
    ['the number alone', () => ({ error: { code: -32099, message: 'ANGX-0003' } })],
    ['a result with a code', () => ({ isSuccess: false, error: INVALID })],
    ['a result with an error', () => ({ success: false, error: { code: INVALID } })],
    ['a result with an exception', () => ({ ok: false, error: exception(INVALID) })],
    ['a result with a client error', () => ({ ok: false, error: failed({ data: fault }) })],
    ['an error', () => failed({ data: fault })],
    ['Promise.allSettled', () => settle(failed({ body: text }), unread())],
    ['Promise.all of results', () => [axiosResult(refused), axiosResult([refused])]],
    ['Promise.all of unread Responses', () => [unread(), unread()]],
  ])('%s', async (_, make) => {
    expect(await inspectOutcome(await make())).toBe('all');
  });

  it.each(rejections)('as the body itself, or in a member: %s', (_, body) => {
    for (const form of [body, JSON.stringify(body), Buffer.from(JSON.stringify(body))]) {
      expect(inspectOutcome(form)).toBe('all');
      expect(inspectOutcome({ status: 200, body: form })).toBe('all');
    }
  });

  it('as a part, if not all of it was refused', async () => {
    for (const outcome of [
      [refused, succeeded],
      { status: 200, data: [succeeded, refused] },
      await settle(failed({ body: text }), succeeded),
      await settle(refused, new Error('x')),
      await settle(unread(), unread({}, 200)),
      await settle(new Error(INVALID), apiError),
      await settle(...Array.from({ length: 101 }, () => refused)),
    ]) {
      expect(await inspectOutcome(outcome)).toBe('some');
    }
  });
});

describe('nothing is suspected', () => {
  // These say the code itself, which is enough to suspect them.
  const codes = /audit log$|bare word|status that is no failure/;

  it.each(others.filter(([name]) => !codes.test(name)))(
    'in another answer: %s',
    async (_, body) => {
      expect(inspectOutcome(body)).toBe('none');
      expect(inspectOutcome({ status: 400, data: body })).toBe('none');
      expect(inspectFailure(failed({ data: body, response: { status: 400, body } }))).toBe('none');
      if (body !== undefined) {
        expect(await inspectFailure(failed({ response: unread(body) }))).toBe('none');
      }
    },
  );

  it.each<[string, () => unknown]>([
    ['an error of this package', () => apiError],
    ['such an error as a cause', () => new Error('x', { cause: apiError })],
    ['such an error in a result', () => ({ ok: false, error: apiError })],
    ['a block page', () => failed({ status: 403, text })],
    ['an outage', () => ({ error: fault, response: new Response('', { status: 503 }) })],
    ['an outage, unread', () => failed({ response: unread(fault, 503) })],
    ['a page', () => failed({ response: new Response(INVALID, { status: 400 }) })],
    ['what lies two levels deep', () => ({ result: { error: fault } })],
    ['a mention', () => ({ error: `Betfair said ${INVALID}` })],
    ['a list of records', () => [{ error: fault }, { error: fault }]],
  ])('in %s', async (_, make) => {
    expect(await inspectOutcome(make())).toBe('none');
    expect(await inspectFailure(make())).toBe('none');
  });

  it('in an answer that SessionService.fetch judged', () => {
    const response = markJudged(unread());
    for (const value of [response, { error: fault, response }, failed({ response, data: fault })]) {
      expect(inspectOutcome(value)).toBe('none');
      expect(inspectFailure(value)).toBe('none');
      expect(inspectFailure(new Error('x', { cause: value }))).toBe('none');
    }
  });
});

describe('a look', () => {
  it('is synchronous unless a Response is unread, and leaves that to be read', async () => {
    expect(inspectOutcome({ response: await read() })).toBe('none');
    const response = unread();
    const found = inspectFailure(failed({ response }));
    expect(found).toBeInstanceOf(Promise);
    expect(await found).toBe('all');
    expect(await response.json()).toEqual(fault);
  });

  it('reads 64 KiB of a Response at most', async () => {
    const long = new Response(text.padEnd(65_537), { status: 400, headers: JSON_TYPE });
    expect(await inspectFailure(failed({ response: long }))).toBe('none');
  });

  it('reads few properties of an ordinary value', () => {
    let reads = 0;
    const counted = (target: object) =>
      new Proxy(target, {
        get: (_, key) => {
          reads += 1;
          return Reflect.get(target, key);
        },
      });
    const books = Array.from({ length: 1_000 }, () => counted({ marketId: '1.2', status: 'OPEN' }));
    expect(inspectOutcome(counted({ marketId: '1.2', status: 'OPEN', runners: [] }))).toBe('none');
    expect(inspectOutcome(counted(books))).toBe('none');
    expect(inspectFailure(counted(new Error('x')))).toBe('none');
    expect(reads).toBeLessThan(150);
  });

  it('survives values whose every property throws', () => {
    const traps = { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail };
    for (const target of [{}, [], new Error(INVALID), unread()]) {
      const hostile = new Proxy(target, traps);
      for (const value of [hostile, [hostile], { error: hostile, response: hostile }]) {
        expect(inspectOutcome(value)).toBe('none');
        expect(inspectFailure(value)).toBe('none');
      }
    }
    const clone = failed({ response: Object.assign(unread(), { clone: fail }) });
    return expect(inspectFailure(clone)).resolves.toBe('none');
  });
});
