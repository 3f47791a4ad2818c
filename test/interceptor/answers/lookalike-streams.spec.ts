import { RequestMethod, Sse } from '@nestjs/common';
import { UseBetfairSession } from 'nestjs-betfair-session';
import {
  concat,
  concatMap,
  defer,
  delay,
  map,
  type Observable,
  of,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { refused } from '../../calls/rejections.fixture.js';
import { closeServed } from '../../support/http-application.js';
import { interceptor } from '../support/between.js';
import { serveHandler } from '../support/one-handler.js';
import { endAndRefuse } from '../support/refused-session.js';
import { expectUnharmed } from '../support/unharmed.js';

afterEach(closeServed);

/** Begins `ms` later. */
const delaySubscription =
  (ms: number) =>
  <T>(values: Observable<T>): Observable<T> =>
    timer(ms).pipe(concatMap(() => values));

describe('a stream whose first event looks like a refusal', () => {
  const rest = concat(of('b'), of('c').pipe(delay(20)));
  const stream = concat(of(refused), rest);
  const whole = interceptor((next) => next.handle().pipe(toArray()));
  const events = /ANGX-0003[^]*data: b[^]*data: c/;

  it.each([
    ['at once', stream],
    ['later', stream.pipe(concatMap((value) => of(value).pipe(delay(5))))],
  ])('is passed on whole while the session lives: %s', async (_, values) => {
    const observable = await serveHandler(() => values, { onClass: [whole, UseBetfairSession()] });
    expect(await (await observable.get('/')).json()).toEqual([refused, 'b', 'c']);
    expect(observable.generations).toEqual([1]);
    expectUnharmed(observable, true);
  });

  it('is passed on whole as server-sent events while the session lives', async () => {
    const { generations, ...application } = await serveHandler(
      () => stream.pipe(map((data) => ({ data }))),
      { onMethod: [Sse()] },
    );
    const text = await (await application.get('/')).text();
    expect(text).toMatch(events);
    expect(text).not.toContain('event: error');
    expect(generations).toEqual([1]);
    expectUnharmed(application, true);
  });

  it('does not begin again if it fails with a refusal after it was passed on', async () => {
    const { get, simulator, generations } = await serveHandler(
      (_session, betting) =>
        concat(
          of({ data: refused }),
          defer(() => throwError(() => Object.assign(new Error(), endAndRefuse(betting)))).pipe(
            // Until the check of the first event is over, also on a busy machine.
            delaySubscription(1_000),
          ),
        ),
      { onMethod: [Sse()] },
    );
    const text = await (await get('/')).text();
    expect(text.match(/ANGX-0003/g)).toHaveLength(1);
    expect(generations).toEqual([1]);
    expect(simulator.counts.logins).toBeLessThanOrEqual(2);
  });

  it('is passed on whole if the session is dead but the handler may not run again', async () => {
    const { get, simulator, generations } = await serveHandler(
      (_session, betting) =>
        concat(of(endAndRefuse(betting)), rest).pipe(map((data) => ({ data }))),
      { onMethod: [Sse('', { method: RequestMethod.POST })] },
    );
    const text = await (await get('/', { method: 'POST' })).text();
    expect(text).toMatch(events);
    expect(text).not.toContain('event: error');
    expect(generations).toEqual([1]);
    expect(simulator.counts.logins).toBe(2);
  });
});
