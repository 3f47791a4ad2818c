import { createServer, type Server } from 'node:http';
import { runInNewContext } from 'node:vm';
import { BadGatewayException, BadRequestException } from '@nestjs/common';
import axios from 'axios';
import { errors, interceptors, Agent, request } from 'undici';
import { BetfairIdentityUnavailableError } from '../../lib/errors/index.js';
import { isInvalidSession } from '../../lib/calls/rejection/invalid-session.detector.js';
import { isUnpeekable } from '../../lib/calls/rejection/rejection-response.js';
import { inspectFailure, inspectOutcome } from './looks.js';
import {
  auditLog,
  exception,
  INVALID,
  others,
  refused,
  rejections,
  restFault,
  rpcError,
  rpcReply,
  streamStatus,
  succeeded,
} from './rejections.fixture.js';

const failed = (properties: object, message = 'It failed.') =>
  Object.assign(new Error(message), properties);

function fail(): never {
  throw new Error('trap');
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It was expected to fail.');
    },
    (error: unknown) => error,
  );
}

describe('a body', () => {
  it.each(rejections)('counts: %s', (_, body) => {
    expect(isInvalidSession(body)).toBe(true);
    expect(inspectOutcome(body)).toBe('all');
  });

  it.each(rejections)('counts as JSON text, bytes and ArrayBuffer: %s', (_, body) => {
    const text = ` ${JSON.stringify(body, null, 1)}\r\n`;
    const bytes = new TextEncoder().encode(`\uFEFF${text}`);
    expect(inspectOutcome(text)).toBe('all');
    expect(inspectOutcome(Buffer.from(text))).toBe('all');
    expect(inspectOutcome(bytes)).toBe('all');
    expect(inspectOutcome(bytes.buffer)).toBe('all');
    expect(isInvalidSession(text)).toBe(true);
  });

  it.each(others)('does not count: %s', (_, body) => {
    expect(isInvalidSession(body)).toBe(false);
    expect(isInvalidSession(JSON.stringify(body))).toBe(false);
  });

  it('is partly refused if some calls of a batch were, in any order', () => {
    for (const batch of [
      [refused, succeeded],
      [succeeded, refused],
      [rpcReply('TOO_MUCH_DATA'), refused],
    ]) {
      expect(inspectOutcome(batch)).toBe('some');
      expect(inspectOutcome(JSON.stringify(batch))).toBe('some');
      expect(inspectFailure(batch)).toBe('some');
      expect(isInvalidSession(batch)).toBe(false);
    }
  });

  it('is not parsed if it is longer than 64 KiB', () => {
    const long = JSON.stringify(refused).padEnd(65_536);
    expect(inspectOutcome(long)).toBe('all');
    expect(inspectOutcome(`${long} `)).toBe('none');
    expect(inspectOutcome(Buffer.from(long))).toBe('all');
    expect(inspectOutcome(Buffer.from(`${long} `))).toBe('none');
  });

  it('is not looked for inside another value', () => {
    for (const value of [
      { data: refused },
      { body: refused },
      { response: { data: refused } },
      { cause: refused },
      { status: 200, headers: {}, data: refused },
      { config: {}, headers: {}, status: 200, data: auditLog },
      new Map([['data', refused]]),
    ]) {
      expect(isInvalidSession(value)).toBe(false);
    }
  });
});

describe('a thrown value', () => {
  class APINGException extends Error {
    constructor(readonly errorCode: string) {
      super(`Betfair says ${errorCode}`);
    }
  }

  const thrown: readonly (readonly [string, unknown])[] = [
    ...rejections.flatMap(([name, body]) => [
      [`error.body: ${name}`, failed({ body })] as const,
      [`error.body as text: ${name}`, failed({ body: JSON.stringify(body) })] as const,
      [
        `error.response.body as text: ${name}`,
        failed({ response: { body: JSON.stringify(body), statusCode: 400 } }),
      ] as const,
    ]),
    ['error.error, the reply', failed({ error: refused })],
    ['error.error, its error', failed({ error: rpcError(INVALID) })],
    ['error.data, the exception by name', failed({ data: exception(INVALID) })],
    [
      'error.data, the exception itself',
      failed({ data: { errorCode: INVALID, errorDetails: '' } }),
    ],
    ['error.detail', failed({ detail: exception(INVALID, 'AccountAPINGException') })],
    ['a JSON-RPC client: code, message, data', failed(rpcError(INVALID))],
    ['a JSON-RPC client: code and message', failed({ code: -32099 }, 'AANGX-0002')],
    ['a REST fault on the error itself', failed(restFault(INVALID))],
    ['a Stream status on the error itself', failed(streamStatus(INVALID))],
    ['a class with errorCode', new APINGException(INVALID)],
    ['an error with code', failed({ code: INVALID })],
    ['the code as the whole message', new Error(` ${INVALID}\n`)],
    ['the number as the whole message', new Error('ANGX-0003')],
    ['an exception of Nest', new BadRequestException(restFault(INVALID))],
    ['an exception of Nest with a status of its own', new BadGatewayException(refused)],
    ['an error of another realm', runInNewContext(`new Error('${INVALID}')`)],
    ['a plain JSON-RPC error', rpcError(INVALID)],
    ['a plain exception by name', exception(INVALID)],
    ['a plain exception itself', { errorCode: INVALID, errorDetails: '' }],
    [
      'a cause',
      new Error('outer', { cause: new Error('middle', { cause: failed({ body: refused }) }) }),
    ],
    ['a cause that is a body', new Error('outer', { cause: refused })],
  ];

  it.each(thrown)('counts: %s', (_, error) => {
    expect(inspectFailure(error)).toBe('all');
    expect(isInvalidSession(error)).toBe(true);
  });

  const unrelated: readonly (readonly [string, unknown])[] = [
    ...others.flatMap(([name, body]) => [
      [`error.body: ${name}`, failed({ body })] as const,
      [`error.response.data: ${name}`, failed({ response: { data: body, status: 400 } })] as const,
      [`a cause: ${name}`, new Error('outer', { cause: body })] as const,
    ]),
    ['a message that mentions the code', new Error(`Betfair said ${INVALID}`)],
    ['a message that is a number of bad input', new Error('ANGX-0002')],
    ['another code beside the number', failed({ errorCode: 'TOO_MUCH_DATA' }, 'ANGX-0003')],
    [
      'another code in detail beside the number',
      failed({ detail: exception('NO_SESSION') }, 'ANGX-0003'),
    ],
    ['another exception', new APINGException('NO_SESSION')],
    ['a time-out', new DOMException('timed out', 'TimeoutError')],
    ['a 503, whatever it says', failed({ response: { status: 503, data: refused } })],
    [
      'a 503 of undici, whatever it says',
      new errors.ResponseError('Response status code 503', 503, { body: refused }),
    ],
    [
      'a 403, whatever it says',
      failed({ response: { statusCode: 403, body: JSON.stringify(refused) } }),
    ],
    [
      'an error of this package whose cause is a rejection',
      new BetfairIdentityUnavailableError('x', { cause: failed({ body: refused }) }),
    ],
    [
      'a wrapped error of this package',
      new Error('x', {
        cause: new BetfairIdentityUnavailableError('x', { cause: new Error(INVALID) }),
      }),
    ],
  ];

  it.each(unrelated)('does not count: %s', (_, error) => {
    expect(isInvalidSession(error)).toBe(false);
  });

  it('is followed through eight errors of a chain and no further', () => {
    const chain = (length: number): Error =>
      length === 1 ? new Error(INVALID) : new Error('outer', { cause: chain(length - 1) });
    expect(isInvalidSession(chain(8))).toBe(true);
    expect(isInvalidSession(chain(9))).toBe(false);
  });
});

describe('real clients', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; body: string };

  beforeAll(async () => {
    server = createServer((_, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    url = `http://127.0.0.1:${address.port}/`;
  });
  beforeEach(() => {
    answer = { status: 200, body: JSON.stringify(refused) };
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => void server.close(done));
  });

  it.each(['json', 'text', 'arraybuffer'] as const)(
    'a result of axios is looked into, responseType %s',
    async (responseType) => {
      expect(inspectOutcome(await axios.get(url, { responseType }))).toBe('all');
      answer.body = JSON.stringify([refused, succeeded]);
      expect(inspectOutcome(await axios.get(url, { responseType }))).toBe('some');
    },
  );

  it.each(['json', 'text', 'arraybuffer'] as const)(
    'an error of axios is looked into, responseType %s',
    async (responseType) => {
      answer = { status: 400, body: JSON.stringify(restFault(INVALID)) };
      const error = await rejection(axios.get(url, { responseType }));
      expect(isInvalidSession(error)).toBe(true);
      expect(isInvalidSession(new Error('outer', { cause: error }))).toBe(true);
      answer.body = JSON.stringify(restFault('NO_SESSION'));
      expect(isInvalidSession(await rejection(axios.get(url, { responseType })))).toBe(false);
    },
  );

  it('a response of axios that is thrown without an error is inspected', async () => {
    expect(isInvalidSession(await axios.get(url))).toBe(true);
  });

  it('an error of undici is inspected', async () => {
    answer = { status: 400, body: JSON.stringify(restFault(INVALID)) };
    const dispatcher = new Agent().compose(interceptors.responseError());
    const error = await rejection(request(url, { dispatcher }));
    await dispatcher.close();
    expect(error).toBeInstanceOf(errors.ResponseError);
    expect(isInvalidSession(error)).toBe(true);
    expect(isInvalidSession(failed({ body: JSON.stringify(restFault(INVALID)) }))).toBe(true);
  });

  it('a result of undici.request is recognised as unpeekable and left alone', async () => {
    const result = await request(url);
    expect(isUnpeekable(result)).toBe(true);
    expect(inspectOutcome(result)).toBe('none');
    const body: unknown = await result.body.json();
    expect(body).toEqual(refused);
    expect(isUnpeekable(result)).toBe(false);
    expect(inspectOutcome(body)).toBe('all');
  });

  it('nothing else is called unpeekable', async () => {
    const response = await fetch(url);
    for (const value of [await axios.get(url), response, refused, auditLog, undefined, 'x', []]) {
      expect(isUnpeekable(value)).toBe(false);
    }
    await response.body?.cancel();
  });
});

describe('hostile values', () => {
  const cycle: Record<string, unknown> = { jsonrpc: '2.0' };
  cycle['error'] = cycle;
  cycle['data'] = cycle;
  cycle['response'] = cycle;
  cycle['cause'] = cycle;
  const cyclicError = new Error('loop');
  cyclicError.cause = cyclicError;
  const everyTrap = {
    get: fail,
    has: fail,
    ownKeys: fail,
    getPrototypeOf: fail,
    getOwnPropertyDescriptor: fail,
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedArray = Proxy.revocable([], {});
  revokedArray.revoke();
  const bottomless: unknown = new Proxy({}, { get: () => bottomless });
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  let nested: unknown = refused;
  for (let depth = 0; depth < 100_000; depth += 1) nested = { error: nested, cause: nested };

  const hostile: readonly (readonly [string, unknown])[] = [
    ['a cycle', cycle],
    ['a cyclic error', cyclicError],
    ['an error in a cycle', Object.assign(new Error('x'), { response: cycle, cause: cycle })],
    [
      'throwing getters',
      Object.defineProperties(new Error('x'), {
        response: { get: fail },
        cause: { get: fail },
        errorCode: { get: fail },
        message: { get: fail },
      }),
    ],
    ['a Proxy whose every trap throws', new Proxy({}, everyTrap)],
    ['such a Proxy of an error', new Proxy(new Error(INVALID), everyTrap)],
    ['such a Proxy of an array', new Proxy([refused], everyTrap)],
    ['a revoked Proxy', revoked.proxy],
    ['a revoked Proxy of an array', revokedArray.proxy],
    ['a Proxy that answers everything with itself', bottomless],
    [
      'a batch that claims to be endless',
      new Proxy([], {
        get: (_, key) => (key === 'length' ? 2 ** 53 : key === '0' ? refused : undefined),
      }),
    ],
    ['a batch of a million', Array.from({ length: 1_000_000 }, () => refused)],
    ['50 MB of text', JSON.stringify(refused).padEnd(50_000_000)],
    ['50 MB of bytes', Buffer.alloc(50_000_000, JSON.stringify(refused))],
    ['a detached buffer', detached],
    ['deep nesting', nested],
    ['deep nesting in text', `${'['.repeat(30_000)}"${INVALID}"${']'.repeat(30_000)}`],
    ['a null prototype', Object.assign(Object.create(null), { error: Object.create(null) })],
    ['keys of the prototype in text', `{"__proto__":${JSON.stringify(refused)}}`],
    ['a function', () => refused],
    ['a symbol', Symbol(INVALID)],
    ['a bigint', 3n],
    [
      'something that resembles a Response',
      {
        bodyUsed: false,
        clone: fail,
        headers: { get: fail },
        body: { locked: false, getReader: fail },
      },
    ],
  ];

  it.each(hostile)('neither throw nor count: %s', (_, value) => {
    expect(isInvalidSession(value)).toBe(false);
    expect(inspectFailure(value)).toBe('none');
    expect(inspectFailure(Object.assign(new Error('x'), { response: value, body: value }))).toBe(
      'none',
    );
    expect(inspectOutcome(value)).toBe('none');
    expect(isUnpeekable(value)).toBe(false);
  });

  it('take little: a thousand reads at most', () => {
    let reads = 0;
    const counting: unknown = new Proxy(Object.assign(new Error('x')), {
      get: () => {
        reads += 1;
        return counting;
      },
    });
    expect(isInvalidSession(counting)).toBe(false);
    expect(reads).toBeGreaterThan(8);
    expect(reads).toBeLessThan(1_000);
  });

  it('take little: a length that is no number, and grows when compared, is not counted up to', () => {
    let comparisons = 0;
    const valueOf = () => {
      comparisons += 1;
      if (comparisons > 1_000) throw new Error('There is no end to it.');
      return comparisons + 1;
    };
    const get = (_: unknown, key: PropertyKey) => (key === 'length' ? { valueOf } : succeeded);
    expect(isInvalidSession(new Proxy([], { get }))).toBe(false);
    expect(comparisons).toBe(0);
  });

  it('do not hide a rejection without a prototype', () => {
    const bare: unknown = Object.assign(Object.create(null), refused);
    expect(isInvalidSession(bare)).toBe(true);
  });
});
