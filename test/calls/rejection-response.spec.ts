import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { fetch as undiciFetch } from 'undici';
import { isInvalidSession } from '../../lib/calls/rejection/invalid-session.detector.js';
import { inspectOutcome } from './looks.js';
import {
  auditLog,
  INVALID,
  others,
  refused,
  rejections,
  restFault,
  succeeded,
} from './rejections.fixture.js';

const JSON_TYPE = { 'content-type': 'application/json' };
/** Incompressible, so that the compressed body is large as well. */
const noise = randomBytes(1_000_000).toString('base64');

describe.each([
  ['the fetch of Node', fetch],
  ['the fetch of undici', undiciFetch],
])('an unread Response of %s', (_, get) => {
  let server: Server;
  let url: string;
  let handler: (request: IncomingMessage, response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer((request, response) => handler(request, response));
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    url = `http://127.0.0.1:${address.port}/exchange/betting/json-rpc/v1`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => void server.close(done));
  });

  const serve = (
    body: string | Buffer,
    headers: Record<string, string> = JSON_TYPE,
    status = 200,
  ) => {
    handler = (_request, response) => void response.writeHead(status, headers).end(body);
  };

  it.each(rejections)('counts, and can be read afterwards: %s', async (_name, body) => {
    serve(JSON.stringify(body));
    const response = await get(url);
    expect(await inspectOutcome(response)).toBe('all');
    expect(response.bodyUsed).toBe(false);
    expect(await response.json()).toEqual(body);
  });

  it.each(others.filter(([, body]) => body !== undefined))(
    'does not count, and can be read afterwards: %s',
    async (_name, body) => {
      serve(JSON.stringify(body));
      const response = await get(url);
      expect(await inspectOutcome(response)).toBe('none');
      expect(await response.json()).toEqual(body);
    },
  );

  it('is left alone if a REST operation succeeded, however slowly', async () => {
    handler = (_request, response) => void response.writeHead(200, JSON_TYPE).write('{"a":');
    const response = await get(url.replace('json-rpc', 'rest'));
    expect(await inspectOutcome(response)).toBe('none');
    await response.body?.cancel();
  });

  it('counts with status 400 and any JSON content type, and only there', async () => {
    const body = JSON.stringify(restFault(INVALID));
    for (const type of [
      'application/json',
      'application/json; charset=utf-8',
      'application/problem+JSON',
    ]) {
      serve(body, { 'content-type': type }, 400);
      const response = await get(url);
      expect(await inspectOutcome(response)).toBe('all');
      await response.text();
    }
    for (const [type, status] of [
      ['text/html', 400],
      ['application/x-ndjson', 200],
      ['application/json', 403],
      ['application/json', 503],
    ] as const) {
      serve(body, { 'content-type': type }, status);
      const response = await get(url);
      expect(inspectOutcome(response)).toBe('none');
      expect(await response.text()).toBe(body);
    }
  });

  it('counts whether it comes compressed, byte by byte, or after white space', async () => {
    const json = JSON.stringify([refused, succeeded]);
    serve(gzipSync(json), { ...JSON_TYPE, 'content-encoding': 'gzip' });
    const compressed = await get(url);
    expect(await inspectOutcome(compressed)).toBe('some');
    expect(await compressed.text()).toBe(json);

    handler = (_request, response) => {
      response.writeHead(200, JSON_TYPE);
      const bytes = `\n ${' '.repeat(150)}${json}`.split('');
      const next = () => {
        const byte = bytes.shift();
        if (byte === undefined) response.end();
        else response.write(byte, () => setImmediate(next));
      };
      next();
    };
    const slow = await get(url);
    expect(await inspectOutcome(slow)).toBe('some');
    expect((await slow.text()).trim()).toBe(json);
  });

  it('counts in a batch of many calls, up to 64 KiB', async () => {
    const batch = Array.from({ length: 200 }, () => refused);
    serve(JSON.stringify(batch));
    const response = await get(url);
    expect(await inspectOutcome(response)).toBe('all');
    expect(await response.json()).toEqual(batch);
    serve(JSON.stringify([...batch, ...batch]));
    const longer = await get(url);
    expect(await inspectOutcome(longer)).toBe('none');
    expect(await longer.json()).toEqual([...batch, ...batch]);
  });

  const large: readonly (readonly [string, unknown])[] = [
    ['a JSON-RPC result', { jsonrpc: '2.0', result: [noise], id: 1 }],
    ['a JSON-RPC result, id first', { id: 1, jsonrpc: '2.0', result: [noise] }],
    ['a REST object', { currentOrders: [noise], moreAvailable: false }],
    ['a REST list', [{ marketId: '1.2', noise }]],
    ['a batch', [succeeded, { jsonrpc: '2.0', result: noise, id: 3 }]],
    ['a string', noise],
    ['a refusal in front of much else', { ...refused, noise }],
  ];

  it.each(large)('stays whole when it is large: %s', async (_name, body) => {
    const json = JSON.stringify(body);
    const chunked = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
    for (const [bytes, headers] of [
      [json, JSON_TYPE],
      [json, chunked],
      [gzipSync(json), { ...chunked, 'content-encoding': 'gzip' }],
    ] as const) {
      serve(bytes, headers);
      const response = await get(url);
      expect(await inspectOutcome(response)).toBe('none');
      const text = await response.text();
      // Not toBe(json): the report of a difference would be megabytes long.
      expect(text === json).toBe(true);
    }
  });

  it('can be cancelled unread, which ends the transfer', async () => {
    const closed = new EventEmitter();
    const close = once(closed, 'close');
    handler = (_request, response) => {
      response.on('close', () => closed.emit('close'));
      response.writeHead(200, JSON_TYPE);
      response.write(`{"jsonrpc":"2.0","result":["${noise}`);
    };
    const response = await get(url);
    expect(await inspectOutcome(response)).toBe('none');
    await response.body?.cancel();
    await close;
    expect(response.bodyUsed).toBe(true);
  });

  it('is no rejection when its body breaks off; the caller meets the error', async () => {
    handler = (_request, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '5000' });
      response.write('{"jsonrpc":"2.0","error":', () => response.destroy());
    };
    const response = await get(url);
    expect(await inspectOutcome(response)).toBe('none');
    await expect(response.text()).rejects.toThrow();
    // And where nobody reads it, nothing is left unhandled: the runner fails a test for that.
    expect(await inspectOutcome(await get(url))).toBe('none');
    await new Promise((done) => setImmediate(done));
  });

  it('is no rejection when the caller aborts', async () => {
    handler = (_request, response) => {
      response.writeHead(200, JSON_TYPE);
      response.write('{"jsonrpc":"2.0","error":');
    };
    const controller = new AbortController();
    const response = await get(url, { signal: controller.signal });
    const answer = inspectOutcome(response);
    controller.abort();
    expect(await answer).toBe('none');
    await expect(response.text()).rejects.toThrow();
  });

  it('is left alone once it has been read, is being read, or has no body', async () => {
    serve(JSON.stringify(refused));
    const used = await get(url);
    await used.text();
    expect(inspectOutcome(used)).toBe('none');
    const locked = await get(url);
    const reader = locked.body?.getReader();
    expect(inspectOutcome(locked)).toBe('none');
    await reader?.cancel();
    handler = (_request, response) => void response.writeHead(204, JSON_TYPE).end();
    expect(inspectOutcome(await get(url))).toBe('none');
  });
});

describe('a Response made by hand', () => {
  it('counts like one from the network', async () => {
    expect(await inspectOutcome(Response.json(refused))).toBe('all');
    expect(await inspectOutcome(Response.json(auditLog))).toBe('none');
    expect(await inspectOutcome(Response.json(noise))).toBe('none');
  });

  it('is drawn no further than the peek needs while the caller has not read it', async () => {
    let pulls = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulls += 1;
        controller.enqueue(Buffer.from(pulls === 1 ? '{"jsonrpc":"2.0","result":["' : noise));
      },
    });
    const response = new Response(body, { headers: JSON_TYPE });
    expect(await inspectOutcome(response)).toBe('none');
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
    // The two chunks that were looked at, and one that each of the two queues behind them may hold.
    expect(pulls).toBeLessThanOrEqual(4);
    await response.body?.cancel();
  });

  it('is not looked into by isInvalidSession, which is synchronous', async () => {
    const response = Response.json(refused);
    expect(isInvalidSession(response)).toBe(false);
    expect(isInvalidSession(await response.json())).toBe(true);
  });

  it('with chunks that are no bytes is left to the caller', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue('text');
        controller.close();
      },
    });
    const response = new Response(body, { headers: JSON_TYPE });
    expect(await inspectOutcome(response)).toBe('none');
    await expect(response.text()).rejects.toThrow('Uint8Array');
  });
});
