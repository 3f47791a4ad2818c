import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import { All, type CallHandler, type NestInterceptor, UseInterceptors } from '@nestjs/common';
import { type BetfairSession, UseBetfairSession } from 'nestjs-betfair-session';
import { map } from 'rxjs';
import { Agent, fetch, type Response } from 'undici';
import { serverCertificate } from '../../lib/testing/simulator/http/certificates.js';
import { serveHandler } from '../interceptor/support/one-handler.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { closeServed } from '../support/http-application.js';

/** Milliseconds within which an outcome must be there; the look itself takes one second. */
const SOON = 5_000;
const BEGINNING = '{"faultcode":"Client",';

let server: Server;
let url: string;
let dispatcher: Agent;

beforeEach(async () => {
  server = createServer(await serverCertificate(), (request, response) => {
    request.resume();
    response.writeHead(400, { 'content-type': 'application/json' }).write(BEGINNING);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
  dispatcher = new Agent({ connect: { ca: (await serverCertificate()).ca } });
});

afterEach(async () => {
  await dispatcher.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  await closeServed();
  await closeAccounts();
});

function call(session: BetfairSession): Promise<Response> {
  return fetch(url, { method: 'POST', headers: session.headers(), dispatcher });
}

/** Fails where it takes too long. */
async function soon<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = setTimeout(SOON, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`There was no outcome after ${SOON} ms.`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/** The part of an unread answer that arrived. */
async function beginningOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const chunk: unknown = (await reader?.read())?.value;
  await reader?.cancel();
  return chunk instanceof Uint8Array ? new TextDecoder().decode(chunk) : '';
}

describe('an answer whose body never ends', () => {
  it.each<[string, () => { signal?: AbortSignal }]>([
    ['without a signal', () => ({})],
    ['with a signal that aborts', () => ({ signal: AbortSignal.timeout(300) })],
    ['with a signal that never aborts', () => ({ signal: new AbortController().signal })],
  ])('is handed on by run(), to be read and cancelled, %s', async (_, options) => {
    const { start, simulator } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    await sessions.getSession();
    const response = await soon(sessions.run(call, options()));
    expect(response).toMatchObject({ status: 400, bodyUsed: false });
    expect(await soon(beginningOf(response))).toBe(BEGINNING);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it.each<[string, (response: Response) => unknown]>([
    ['on an error', (response) => Object.assign(new Error('failed'), { response })],
    ['on the cause of one', (response) => new Error('failed', { cause: { response } })],
  ])('is handed on by run() in what it throws: %s', async (_, wrap) => {
    const { start, simulator } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    let thrown: unknown;
    const failing = sessions.run(async (session) => {
      thrown = wrap(await call(session));
      throw thrown;
    });
    expect(await soon(failing.catch((error: unknown) => error))).toBe(thrown);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it.each<[string, (response: Response) => unknown]>([
    ['on an error', (response) => Object.assign(new Error('failed'), { response })],
    [
      'on one of several errors',
      (response) =>
        new AggregateError([new Error('x'), Object.assign(new Error('failed'), { response })]),
    ],
  ])('goes up from a handler: %s', async (_, wrap) => {
    let thrown: unknown;
    const { get, errors, generations, simulator } = await serveHandler(async (session) => {
      thrown = wrap(await call(session));
      throw thrown;
    });
    expect((await soon(get('/'))).status).toBe(500);
    expect(errors).toEqual([thrown]);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });

  it.each<[string, (response: Response) => unknown]>([
    ['itself', (response) => response],
    ['as one of several', (response) => Promise.allSettled([Promise.resolve(response)])],
  ])('is handed on by a handler that returns it: %s', async (_, wrap) => {
    const returned: unknown[] = [];
    class Answer implements NestInterceptor {
      intercept(_context: unknown, next: CallHandler) {
        return next.handle().pipe(
          map((value: unknown) => {
            returned.push(value);
            return 'answered';
          }),
        );
      }
    }
    const { get, generations, simulator } = await serveHandler(
      async (session) => wrap(await call(session)),
      { onClass: [UseInterceptors(Answer), UseBetfairSession()], onMethod: [All()] },
    );
    const response = await soon(get('/'));
    expect(await response.text()).toBe('answered');
    expect(returned).toHaveLength(1);
    expect(generations).toEqual([1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
  });
});
