import { AsyncResource } from 'node:async_hooks';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { BetfairSessionInterceptor, SessionService } from 'nestjs-betfair-session';
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
import { endAndRefuse } from './support/refused-session.js';

afterEach(closeServed);

const refusal = throwError(() => refused);

describe('a handler that is decorated twice, with an interceptor of the application between', () => {
  describe.each([
    [
      'when a refusal follows what the handler gave, and nothing of it was passed on',
      () => concat(of('placed'), refusal),
      (next: CallHandler) => next.handle().pipe(toArray()),
    ],
    [
      'when a refusal is made of what the handler gave',
      () => 'placed',
      (next: CallHandler) => next.handle().pipe(mergeMap(() => refusal)),
    ],
    [
      'when a refusal takes the place of another error',
      () => throwError(() => new Error('socket hang up')),
      (next: CallHandler) => next.handle().pipe(catchError(() => refusal)),
    ],
  ])('%s', (_, handle, around) => {
    it('is not run again if the session lives', async () => {
      const { get, simulator, errors, generations } = await serveHandler(handle, between(around));
      await get('/');
      expect(errors).toEqual([refused]);
      expect(generations).toEqual([1]);
      expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
    });

    it('is run again once if the session is dead, by the outer one alone', async () => {
      const { get, simulator, sessions, errors, generations } = await serveHandler(
        handle,
        between(around),
      );
      await sessions().getSession();
      simulator.endSessions();
      await get('/');
      expect(errors).toEqual([refused]);
      expect(generations).toEqual([1, 2]);
      expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    });
  });

  it('is not run again after its order, although it is subscribed to from elsewhere', async () => {
    const elsewhere = new AsyncResource('elsewhere');
    const { get, simulator, sessions, errors, generations } = await serveHandler(
      async (_session, betting) => {
        await betting.sessions().fetch(RPC, post(placeOrders()));
        throw endAndRefuse(betting);
      },
      between((next) => {
        const inner = next.handle();
        return new Observable((subscriber) =>
          elsewhere.runInAsyncScope(() => inner.subscribe(subscriber)),
        );
      }),
    );
    await get('/');
    expect(errors).toEqual([refused]);
    expect(generations).toEqual([1]);
    expect(simulator.orders).toHaveLength(1);
    expect(sessions().current?.generation).toBe(2);
  });
});

/**
 * Serves what an interceptor around the one under test puts in the place of the handler, run by run. It takes the
 * session, which is dead in the first run.
 */
async function serveInstead(handle: (run: number) => Observable<unknown>) {
  @Injectable()
  class Composed implements NestInterceptor {
    constructor(
      private readonly betfair: BetfairSessionInterceptor,
      private readonly sessions: SessionService,
    ) {}

    intercept(context: ExecutionContext) {
      let run = 0;
      return this.betfair.intercept(context, {
        handle: () => {
          void this.sessions.getSession();
          return handle(++run);
        },
      });
    }
  }
  const application = await serveHandler(() => 'never', {
    onClass: [interceptor((next) => next.handle().pipe(take(1))), UseInterceptors(Composed)],
    providers: [BetfairSessionInterceptor],
  });
  await application.sessions().getSession();
  application.simulator.endSessions();
  return application;
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
