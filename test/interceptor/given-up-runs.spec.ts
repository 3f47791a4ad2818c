import { UseBetfairSession } from 'nestjs-betfair-session';
import { concat, Observable, of, Subject, takeUntil, throwError } from 'rxjs';
import { refused, succeeded } from '../calls/rejections.fixture.js';
import { until } from '../support/betting.js';
import { closeServed } from '../support/http-application.js';
import { between, interceptor } from './support/between.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

const refusal = throwError(() => refused);

/** Serves a handler that is given up when `left` says so. */
function serveUntil(left: Subject<void>, handle: (run: number) => unknown) {
  return serveHandler((_session, _betting, run) => handle(run), {
    onClass: [interceptor((next) => next.handle().pipe(takeUntil(left))), UseBetfairSession()],
  });
}

/** An unread answer whose body comes when it is told to. */
function slowAnswer() {
  let reader: ReadableStreamDefaultController<Uint8Array> | undefined;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    reader = controller;
    return new Promise<void>(() => undefined);
  };
  const body = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const finish = (content: unknown) => {
    reader?.enqueue(Buffer.from(JSON.stringify(content)));
    reader?.close();
  };
  const response = new Response(body, { headers: { 'content-type': 'application/json' } });
  return { response, isRead: () => reader !== undefined, finish };
}

describe('a handler whose caller has gone', () => {
  it.each([
    ['the answer is looked into', refused],
    ['an error waits behind an answer that is looked into', succeeded],
  ])('has no session replaced: while %s', async (_, content) => {
    const left = new Subject<void>();
    const { response, isRead, finish } = slowAnswer();
    const { get, simulator, sessions } = await serveUntil(left, (run) =>
      run === 1 ? concat(of(response), refusal) : 'fine',
    );
    const answer = get('/');
    await until(isRead);
    left.next();
    await answer;
    simulator.endSessions();
    finish(content);
    expect(await (await get('/')).text()).toBe('fine');
    expect(sessions().current?.generation).toBe(1);
    expect(simulator.counts.keepAlives).toBe(0);
  });

  it.each(['succeeds', 'fails'])('is not run again when a refresh %s', async (outcome) => {
    const left = new Subject<void>();
    const { get, simulator, sessions, generations } = await serveUntil(left, () => refusal);
    await sessions().getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { slow: 300 });
    if (outcome === 'fails') simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const answer = get('/');
    await until(() => simulator.counts.loginAttempts === 2);
    left.next();
    await answer;
    await Promise.allSettled([sessions().getSession()]);
    expect(sessions().current?.generation).toBe(outcome === 'fails' ? undefined : 2);
    expect(generations).toEqual([1]);
  });
});

describe('a layer that was given up does not keep the one around it from repeating', () => {
  it('before its handler was run', async () => {
    let runs = 0;
    const { get, simulator, sessions, generations } = await serveHandler(
      () => 'fine',
      between((next, taken) => {
        runs += 1;
        if (runs > 1) return next.handle();
        next.handle().subscribe().unsubscribe();
        void taken.getSession();
        return refusal;
      }),
    );
    await sessions().getSession();
    simulator.endSessions();
    expect(await (await get('/')).text()).toBe('fine');
    expect(generations).toEqual([2]);
  });

  it('where the clean-up of its handler throws', async () => {
    let runs = 0;
    const begun = new Subject<void>();
    const stuck = new Observable(() => {
      setImmediate(() => begun.next());
      return () => {
        throw new Error('clean-up');
      };
    });
    const { get, simulator, sessions, generations } = await serveHandler(
      (_session, _betting, run) => (run === 1 ? stuck : 'fine'),
      between((next) => {
        runs += 1;
        if (runs > 1) return next.handle();
        const inner = next.handle().subscribe();
        return new Observable((subscriber) =>
          begun.subscribe(() => {
            expect(() => inner.unsubscribe()).toThrow('clean-up');
            subscriber.error(refused);
          }),
        );
      }),
    );
    await sessions().getSession();
    simulator.endSessions();
    expect(await (await get('/')).text()).toBe('fine');
    expect(generations).toEqual([1, 2]);
  });
});
