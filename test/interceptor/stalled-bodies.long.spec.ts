import { create } from 'axios';
import { attachBetfairSession } from 'nestjs-betfair-session';
import { RPC } from '../support/betting.js';
import { closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

/** A body that begins and never ends. */
function stalled(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) });
}

/** A body that fails when it is read. */
function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: () => Promise.reject(new Error('The file is gone.')),
  });
}

/** Serves a GET that is refused in its first run after a session that Betfair takes. */
async function serveRefused() {
  const application = await serveHandler(async (session, { raw, simulator }, run) => {
    if (run === 1) simulator.endSessions();
    return (await raw.axiosRest(session, 'listEventTypes')).data;
  });
  const { sessions, simulator } = application;
  await sessions().getSession();
  const requestOf = (body: ReadableStream<Uint8Array>, signal?: AbortSignal) =>
    new Request(simulator.url + RPC, {
      body,
      duplex: 'half',
      method: 'POST',
      ...(signal && { signal }),
    });
  return { ...application, requestOf };
}

/** Milliseconds until a promise is rejected, and the name of the error. */
async function rejection(work: () => Promise<unknown>) {
  const start = performance.now();
  const error: unknown = await work().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - start };
}

describe('a request whose body stalls', () => {
  it.each([
    ['init', 'TimeoutError', () => AbortSignal.timeout(200), undefined],
    ['the Request', 'TimeoutError', undefined, () => AbortSignal.timeout(200)],
    ['init, aborted before', 'AbortError', () => AbortSignal.abort(), undefined],
    ['the Request, aborted before', 'AbortError', undefined, () => AbortSignal.abort()],
  ])(
    'ends with the signal of %s, and holds back no second run afterwards',
    async (_, name, ofInit, ofRequest) => {
      const { get, sessions, requestOf, simulator, generations } = await serveRefused();
      const { error, ms } = await rejection(() => {
        const signal = ofInit?.();
        const request = requestOf(stalled(), ofRequest?.());
        return sessions().fetch(request, signal && { signal });
      });
      expect(error).toMatchObject({ name });
      expect(ms).toBeLessThan(2_000);
      expect(simulator.counts.calls).toBe(0);
      expect((await get('/')).status).toBe(200);
      expect(generations).toEqual([1, 2]);
    },
  );

  it('holds back the second run of a handler while it is read, for it may be an order', async () => {
    const { get, sessions, requestOf, generations } = await serveRefused();
    const leave = new AbortController();
    const request = sessions().fetch(requestOf(stalled()), { signal: leave.signal });
    request.catch(() => undefined);
    expect((await get('/')).status).toBe(500);
    expect(generations).toEqual([1]);
    leave.abort();
    await expect(request).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends with the time-out of an attached axios, as axios tells it otherwise', async () => {
    const { get, sessions, generations } = await serveRefused();
    const http = attachBetfairSession(create({ timeout: 200 }), sessions());
    const { error, ms } = await rejection(() => http.post(RPC, stalled()));
    expect(error).toMatchObject({ code: 'ECONNABORTED' });
    expect(ms).toBeLessThan(2_000);
    expect((await get('/')).status).toBe(200);
    expect(generations).toEqual([1, 2]);
  });
});

describe('a request whose body fails', () => {
  it.each<[string, object, unknown]>([
    ['', {}, { message: expect.stringContaining('The file is gone') }],
    [
      ', also if its signal aborted before',
      { signal: AbortSignal.abort() },
      { name: 'AbortError' },
    ],
    [', also if its signal is none', { signal: 'none' }, { name: 'TypeError' }],
  ])('is rejected, and leaves no unhandled rejection%s', async (_, init, expected) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const { get, sessions, requestOf, generations } = await serveRefused();
    const { error } = await rejection(() => sessions().fetch(requestOf(broken()), init));
    expect(error).toMatchObject(Object(expected));
    expect((await get('/')).status).toBe(200);
    expect(generations).toEqual([1, 2]);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
