import { AsyncResource } from 'node:async_hooks';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { BetfairSessionInterceptor } from 'nestjs-betfair-session';
import {
  catchError,
  concat,
  finalize,
  mergeMap,
  NEVER,
  Observable,
  of,
  take,
  throwError,
  toArray,
} from 'rxjs';
import { refused } from '../calls/rejections.fixture.js';
import { placeOrders, post, RPC } from '../support/betting.js';
import { closeServed } from '../support/http-application.js';
import { between, interceptor } from './support/between.js';
import { serveHandler } from './support/one-handler.js';

afterEach(closeServed);

const refusal = throwError(() => refused);

describe('a layer around one that may have had something done does not repeat', () => {
  it.each([
    [
      'when a refusal follows what the inner one gave, and nothing of it was handed on',
      () => concat(of('placed'), refusal),
      (next: CallHandler) => next.handle().pipe(toArray()),
    ],
    [
      'when a refusal is made of what the inner one gave',
      () => 'placed',
      (next: CallHandler) => next.handle().pipe(mergeMap(() => refusal)),
    ],
    [
      'when a refusal takes the place of another error',
      () => throwError(() => new Error('socket hang up')),
      (next: CallHandler) => next.handle().pipe(catchError(() => refusal)),
    ],
  ])('%s', async (_, handle, around) => {
    const { get, sessions, errors, generations } = await serveHandler(handle, between(around));
    await get('/');
    expect(errors).toEqual([refused]);
    expect(generations).toEqual([1]);
    expect(sessions().current?.generation).toBe(2);
  });

  it('although the inner one is subscribed to from elsewhere', async () => {
    const elsewhere = new AsyncResource('elsewhere');
    const { get, simulator, generations } = await serveHandler(
      async (_session, { sessions }) => {
        await sessions().fetch(RPC, post(placeOrders()));
        throw refused;
      },
      between((next) => {
        const inner = next.handle();
        return new Observable((subscriber) =>
          elsewhere.runInAsyncScope(() => inner.subscribe(subscriber)),
        );
      }),
    );
    await get('/');
    expect(generations).toEqual([1]);
    expect(simulator.orders).toHaveLength(1);
  });
});

/** Serves what an interceptor around the one under test puts in the place of the handler, run by run. */
function serveInstead(handle: (run: number) => Observable<unknown>) {
  @Injectable()
  class Composed implements NestInterceptor {
    constructor(private readonly betfair: BetfairSessionInterceptor) {}

    intercept(context: ExecutionContext) {
      let run = 0;
      return this.betfair.intercept(context, { handle: () => handle(++run) });
    }
  }
  return serveHandler(() => 'never', {
    onClass: [interceptor((next) => next.handle().pipe(take(1))), UseInterceptors(Composed)],
    providers: [BetfairSessionInterceptor],
  });
}

describe('a call handler of the application that answers before it returns', () => {
  it('is given up where the answer is a refusal, and where nobody wants more', async () => {
    const log: string[] = [];
    const { get } = await serveInstead((run) => {
      log.push(`run ${run}`);
      const answer = concat(of(run === 1 ? refused : 'fine'), NEVER);
      return answer.pipe(finalize(() => log.push(`end ${run}`)));
    });
    expect(await (await get('/')).text()).toBe('fine');
    expect(log).toEqual(['run 1', 'end 1', 'run 2', 'end 2']);
  });

  it('is run again where it throws a refusal', async () => {
    const { get } = await serveInstead((run) => {
      if (run === 1) throw refused;
      return of('fine');
    });
    expect(await (await get('/')).text()).toBe('fine');
  });
});
