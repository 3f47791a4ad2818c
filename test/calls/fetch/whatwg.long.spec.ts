import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { Agent, fetch as undiciFetch } from 'undici';
import { closeAccounts } from '../../support/account.js';
import { closeOwnApis, startOwnApi, type OwnApi } from '../../support/own-api.js';

const TEXT = JSON.stringify({ text: 'é'.repeat(2_000) });
const agents: Agent[] = [];

afterEach(async () => {
  await closeOwnApis();
  await closeAccounts();
  for (const agent of agents.splice(0)) await agent.destroy();
});

type Respond = (response: ServerResponse, request: IncomingMessage) => unknown;

function encoded(encoding: string, body: Buffer): Respond {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
    response.end(body);
  };
}

function plain(
  status: number,
  headers: Record<string, string | string[]> = {},
  body = '',
): Respond {
  return (response) => response.writeHead(status, headers).end(body);
}

/** What the server does at each path. */
const ANSWERS: Readonly<Record<string, Respond>> = {
  '/text': plain(200, { 'content-type': 'text/plain' }, 'hellö'),
  '/json': plain(200, { 'content-type': 'application/json' }, TEXT),
  '/bom': plain(200, { 'content-type': 'application/json' }, `\ufeff${TEXT}`),
  '/empty': plain(200),
  '/204': plain(204),
  '/205': plain(205),
  '/304': plain(304, { etag: '"a"' }),
  '/302': plain(302, { location: '/text' }, 'moved'),
  '/cookies': plain(200, { 'set-cookie': ['a=1; Path=/', 'b=2'], 'x-a': ['1', '2'] }, 'ok'),
  '/latin1': plain(200, { 'x-name': 'caf\u00e9' }, 'ok'),
  '/500': plain(500, { 'content-type': 'text/html' }, '<h1>no</h1>'),
  '/gzip': encoded('gzip', gzipSync(TEXT)),
  '/x-gzip': encoded('x-gzip', gzipSync(TEXT)),
  '/deflate': encoded('deflate', deflateSync(TEXT)),
  '/deflate-raw': encoded('deflate', deflateRawSync(TEXT)),
  '/br': encoded('br', brotliCompressSync(TEXT)),
  '/unknown-encoding': encoded('snappy', Buffer.from('as it is')),
  '/broken-gzip': encoded('gzip', Buffer.from('this is no gzip at all')),
  '/cut-gzip': encoded('gzip', gzipSync(TEXT).subarray(0, 40)),
  '/empty-gzip': encoded('gzip', Buffer.alloc(0)),
  '/chunks': async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    for (const part of [TEXT.slice(0, 5), TEXT.slice(5, 500), TEXT.slice(500)]) {
      response.write(part);
      await delay(5);
    }
    response.end();
  },
  '/short': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('not all');
    setTimeout(() => response.destroy(), 20);
  },
  '/reset': (response) => response.destroy(),
  '/no-http': (response) => response.socket?.end('this is not HTTP\r\n\r\n'),
  '/hung': () => undefined,
  '/hung-body': (response) => response.writeHead(200).write('begun'),
};

async function start(): Promise<OwnApi> {
  return startOwnApi(async (request, response) => {
    await once(request.resume(), 'end');
    await ANSWERS[request.url ?? '']?.(response, request);
  });
}

/** What can be seen of an answer, or of the failure. */
async function seen(
  send: () => Promise<Pick<Response, 'status' | 'headers' | 'text' | 'url'> & object>,
) {
  try {
    const response = await send();
    const { status, statusText, ok, redirected, type, url, body, headers, bodyUsed } =
      Object(response);
    const head = {
      status,
      statusText,
      ok,
      redirected,
      type,
      path: new URL(url).pathname,
      hasBody: body !== null,
      bodyUsed,
      headers: [...headers].filter(([name]: [string]) => name !== 'date'),
    };
    try {
      return { ...head, text: await response.text() };
    } catch (error) {
      return { ...head, failed: faultOf(error) };
    }
  } catch (error) {
    return { failed: faultOf(error) };
  }
}

/** Without the cause: undici's errors differ in their words. */
function faultOf(error: unknown) {
  const { name, message, cause } = Object(error);
  return { name, message, hasCause: cause !== undefined };
}

/** The same request, by `sessions.fetch` and by undici's own, which is that of Node. */
async function both({ sessions, url, simulator }: OwnApi, path: string, init: RequestInit = {}) {
  const agent = new Agent({ connect: { ca: simulator.ca } });
  agents.push(agent);
  const redirect = init.redirect ?? 'manual';
  const { method = 'GET' } = init;
  const ours = await seen(() => sessions.fetch(path, { ...init, redirect }));
  const theirs = await seen(() =>
    undiciFetch(url + path, { method, redirect, dispatcher: agent, signal: init.signal ?? null }),
  );
  return { ours, theirs };
}

describe('fetch beside that of Node', () => {
  it.each(Object.keys(ANSWERS).filter((path) => !path.startsWith('/hung')))(
    'shows the same of %s',
    async (path) => {
      const { ours, theirs } = await both(await start(), path);
      expect(ours).toEqual(theirs);
    },
  );

  it.each(['/json', '/gzip', '/302', '/500'])('shows the same of HEAD %s', async (path) => {
    const { ours, theirs } = await both(await start(), path, { method: 'HEAD' });
    expect(ours).toEqual(theirs);
  });

  it("fails alike on a redirect with redirect: 'error'", async () => {
    const { ours, theirs } = await both(await start(), '/302', { redirect: 'error' });
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['before', '/json'],
    ['during the headers', '/hung'],
    ['during the body', '/hung-body'],
  ])('is aborted alike %s', async (when, path) => {
    const { sessions, url, simulator } = await start();
    await sessions.getSession();
    const agent = new Agent({ connect: { ca: simulator.ca } });
    agents.push(agent);
    const reason = new Error('enough');
    const abort = async (send: (signal: AbortSignal) => Promise<{ text(): Promise<string> }>) => {
      const controller = new AbortController();
      if (when === 'before') controller.abort(reason);
      else setTimeout(() => controller.abort(reason), 200);
      try {
        const response = await send(controller.signal);
        return await response.text().catch((error: unknown) => ['while reading', error]);
      } catch (error) {
        return ['before', error];
      }
    };
    const ours = await abort((signal) => sessions.fetch(path, { signal }));
    const theirs = await abort((signal) => undiciFetch(url + path, { signal, dispatcher: agent }));
    expect(ours).toEqual(theirs);
    expect(ours).toEqual([when === 'during the body' ? 'while reading' : 'before', reason]);
  });

  it('is aborted by the time-out of a signal', async () => {
    const { sessions } = await start();
    await sessions.getSession();
    await expect(
      sessions.fetch('/hung', { signal: AbortSignal.timeout(100) }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('gives its body as a byte stream, to readers with a buffer of their own too', async () => {
    const { sessions } = await start();
    const { body } = await sessions.fetch('/chunks');
    const reader = body?.getReader({ mode: 'byob' });
    let text = '';
    const decoder = new TextDecoder();
    for (;;) {
      const part = await reader?.read(new Uint8Array(64));
      text += decoder.decode(part?.value, { stream: true });
      if (part === undefined || part.done) break;
    }
    expect(text).toBe(TEXT);
  });

  it.each(['arrayBuffer', 'blob', 'text', 'json'] as const)('reads %s', async (how) => {
    const { sessions } = await start();
    const response = await sessions.fetch('/gzip');
    const read: unknown = await response[how]();
    if (how === 'json') expect(read).toEqual(JSON.parse(TEXT));
    else if (how === 'text') expect(read).toBe(TEXT);
    else expect(await new Response(Object(read)).text()).toBe(TEXT);
  });

  it('frees the connection of a body that is cancelled', async () => {
    const { sessions, requests } = await start();
    const response = await sessions.fetch('/hung-body');
    await response.body?.cancel();
    expect((await sessions.fetch('/text')).status).toBe(200);
    expect(requests()).toBe(2);
  });
});
