import type { ServerResponse } from 'node:http';
import { Controller, Get, Post, Res, Scope, Sse, StreamableFile, type Type } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import {
  type BetfairSession,
  BetfairSessionInterceptor,
  CurrentSession,
  isInvalidSession,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { concat, defer, from, mergeMap, type Observable, of, throwError, timer } from 'rxjs';
import { INVALID, refused } from '../calls/rejections.fixture.js';
import { placeOrders, post, refuse, RPC, rpcCall, sends, until } from '../support/betting.js';
import { type Betting, closeServed, serve } from '../support/http-application.js';

afterEach(closeServed);

const A = rpcCall('listEventTypes', undefined, 'A');
const B = rpcCall('listMarketBook', {}, 'B');

function serveController(define: (betting: Betting) => Type, providers: object[] = []) {
  return serve((betting) => ({
    controllers: [define(betting)],
    providers: [...providers].map(provider),
  }));
}

function provider(value: object) {
  return { provide: APP_INTERCEPTOR, useClass: BetfairSessionInterceptor, ...value };
}

describe('the options of a handler', () => {
  it.each([
    ['once', 'never', 1],
    ['never', 'once', 2],
    [undefined, 'never', 1],
    ['once', undefined, 1],
  ] as const)('class %s, method %s: runs %i times', async (outer, inner, expected) => {
    let runs = 0;
    const { post: send, simulator } = await serveController(() => {
      @Controller()
      @UseBetfairSession({ retry: outer })
      class TestController {
        @Post()
        @UseBetfairSession({ retry: inner })
        handle() {
          runs += 1;
          return refused;
        }
      }
      return TestController;
    });
    expect(await (await send('/')).text()).toContain(INVALID);
    expect(runs).toBe(expected);
    expect(simulator.counts.logins).toBe(2);
  });

  it('come from the class where the method has none', async () => {
    let runs = 0;
    const { post: send } = await serveController(() => {
      @Controller()
      @UseBetfairSession({ retry: 'once' })
      class TestController {
        @Post() handle() {
          runs += 1;
          return refused;
        }
      }
      return TestController;
    });
    await send('/');
    expect(runs).toBe(2);
  });
});

describe('the interceptor of the application, the class and the method on one handler', () => {
  it('repeat it once between them', async () => {
    const generations: number[] = [];
    const { get, simulator } = await serveController(
      ({ raw }) => {
        @Controller()
        @UseBetfairSession()
        class TestController {
          @Get()
          @UseBetfairSession()
          handle(@CurrentSession() session: BetfairSession) {
            generations.push(session.generation);
            return raw.json(session, A);
          }
        }
        return TestController;
      },
      [{}],
    );
    await get('/');
    simulator.endSessions();
    expect(await (await get('/')).text()).toContain('Soccer');
    refuse(simulator, 'listEventTypes');
    expect(await (await get('/')).text()).toContain(INVALID);
    expect(generations).toEqual([1, 1, 2, 2, 3]);
    expect(simulator.counts).toMatchObject({ logins: 3, calls: 5 });
  });

  it('hand the second failure on unchanged, also where the new session is dead again', async () => {
    let runs = 0;
    const { get, errors } = await serveController(
      ({ simulator, sessions }) => {
        @Controller()
        @UseBetfairSession()
        class TestController {
          @Get() async handle(@CurrentSession() session: BetfairSession) {
            runs += 1;
            if (runs === 2) {
              simulator.fail('certLogin', { status: 503 });
              await sessions()
                .refresh(session)
                .catch(() => undefined);
            }
            throw Object.assign(new Error(`run ${runs}`), { errorCode: INVALID });
          }
        }
        return TestController;
      },
      [{}],
    );
    await get('/');
    expect(runs).toBe(2);
    expect(errors).toEqual([expect.objectContaining({ message: 'run 2', errorCode: INVALID })]);
  });

  it('look after handlers without decorator as well', async () => {
    const generations: number[] = [];
    const { get } = await serveController(() => {
      @Controller()
      class TestController {
        @Get() handle(@CurrentSession() session: BetfairSession) {
          generations.push(session.generation);
          return refused;
        }
      }
      return TestController;
    }, [{}]);
    await get('/');
    expect(generations).toEqual([1, 2]);
  });
});

async function serveSteps(handle: (session: BetfairSession, betting: Betting) => Promise<unknown>) {
  let runs = 0;
  const application = await serveController((betting) => {
    @Controller()
    @UseBetfairSession({ retry: 'once' })
    class TestController {
      @Post() handle(@CurrentSession() session: BetfairSession) {
        runs += 1;
        return handle(session, betting);
      }
    }
    return TestController;
  });
  await application.sessions().getSession();
  return { ...application, runs: () => runs };
}

describe('a handler that may run again', () => {
  it('does not after fetch placed an order in it', async () => {
    const {
      post: send,
      simulator,
      sessions,
      runs,
    } = await serveSteps(async (session, betting) => {
      await betting.sessions().fetch(RPC, post(placeOrders()));
      return betting.raw.json(session, B);
    });
    refuse(simulator, 'listMarketBook');
    expect(await (await send('/')).text()).toContain(INVALID);
    expect(simulator.orders).toHaveLength(1);
    expect(sends(simulator)).toEqual({ order: 1, B: 1 });
    expect(runs()).toBe(1);
    expect(sessions().current?.generation).toBe(2);
  });

  it('does not after fetch placed an order in it with a new session', async () => {
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps(async (session, betting) => {
      await betting.sessions().fetch(RPC, post(placeOrders()));
      return betting.raw.json(session, B);
    });
    simulator.endSessions();
    await send('/');
    expect(simulator.orders).toHaveLength(1);
    expect(sends(simulator)).toEqual({ order: 2, B: 1 });
    expect(runs()).toBe(1);
    expect(simulator.counts.logins).toBe(2);
  });

  it('does not while an order is under way in it', async () => {
    let order: Promise<Response> | undefined;
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps(async (session, betting) => {
      order = betting.sessions().fetch(RPC, post(placeOrders()));
      await until(() => betting.simulator.counts.calls === 1);
      return betting.raw.json(session, B);
    });
    simulator.fail('api', { slow: 1_000 });
    refuse(simulator, 'listMarketBook');
    await send('/');
    await order;
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('does not when an order was sent from it during the refresh', async () => {
    let order: Promise<unknown> | undefined;
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps(async (session, betting) => {
      const renewed = until(() => betting.simulator.counts.loginAttempts === 2);
      order = renewed.then(() => betting.sessions().fetch(RPC, post(placeOrders())));
      return betting.raw.json(session, B);
    });
    simulator.fail('certLogin', { slow: 300 });
    simulator.fail('certLogin', { slow: 300 });
    refuse(simulator, 'listMarketBook');
    await send('/');
    await order;
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('does not after an order in it got no answer', async () => {
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps(async (session, betting) => {
      await betting
        .sessions()
        .run((one) => betting.raw.json(one, placeOrders()))
        .catch(() => undefined);
      return betting.raw.json(session, B);
    });
    simulator.fail('api', 'reset', { processed: true });
    refuse(simulator, 'listMarketBook');
    await send('/');
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('leaves the repetition to run and fetch, and causes one login when that is refused too', async () => {
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps((_session, betting) =>
      betting.sessions().run(async () => {
        const response = await betting.sessions().fetch(RPC, post(A));
        return response.json();
      }),
    );
    simulator.endSessions();
    expect(await (await send('/')).text()).toContain('Soccer');
    expect(sends(simulator)).toEqual({ A: 2 });
    simulator.clearRequests();
    refuse(simulator, 'listEventTypes');
    expect(await (await send('/')).text()).toContain(INVALID);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(runs()).toBe(2);
    expect(simulator.counts.logins).toBe(3);
  });

  it('does after a call in it that never had a session to be sent with', async () => {
    const {
      post: send,
      simulator,
      runs,
    } = await serveSteps(async (session, betting) => {
      const signal = AbortSignal.abort();
      await betting
        .sessions()
        .fetch(RPC, { ...post(A), signal })
        .catch(() => undefined);
      return betting.raw.json(session, B);
    });
    simulator.endSessions();
    expect(await (await send('/')).text()).toContain('marketId');
    expect(runs()).toBe(2);
    expect(sends(simulator)).toEqual({ B: 2 });
  });
});

async function serveResponse(write: (response: ServerResponse) => void) {
  let runs = 0;
  const application = await serveController(() => {
    @Controller()
    @UseBetfairSession()
    class TestController {
      @Get() async handle(@Res() response: ServerResponse) {
        runs += 1;
        if (runs === 1) {
          write(response);
          throw refused;
        }
        response.end('done');
      }
    }
    return TestController;
  });
  return { ...application, runs: () => runs };
}

describe('a handler that answers by itself', () => {
  it('is not run again when it has begun to write', async () => {
    const { get, errors, runs, simulator } = await serveResponse((response) => {
      response.write('part');
    });
    expect(await (await get('/')).text()).toBe('part|unknown');
    expect(runs()).toBe(1);
    expect(errors).toEqual([refused]);
    expect(simulator.counts.logins).toBe(2);
  });

  it('is run again when it has not', async () => {
    const { get, runs } = await serveResponse(() => undefined);
    expect(await (await get('/')).text()).toBe('done');
    expect(runs()).toBe(2);
  });
});

async function serveEvents(events: (run: number) => Observable<{ data: string }>) {
  let runs = 0;
  const application = await serveController(() => {
    @Controller()
    @UseBetfairSession()
    class TestController {
      @Sse() handle() {
        runs += 1;
        return events(runs);
      }
    }
    return TestController;
  });
  const text = await (await application.get('/')).text();
  return { ...application, text, runs: () => runs };
}

describe('a handler of server-sent events', () => {
  const refusal = throwError(() => Object.assign(new Error('over'), { errorCode: INVALID }));

  it('is not replayed when it fails after an event, and the session is replaced', async () => {
    const { text, runs, simulator } = await serveEvents(() => concat(of({ data: 'a' }), refusal));
    expect(text.match(/data: a/g)).toHaveLength(1);
    expect(text).toContain('event: error');
    expect(runs()).toBe(1);
    expect(simulator.counts.logins).toBe(2);
  });

  it('is run again when it fails before the first event, although Nest has sent headers', async () => {
    const { text, runs, simulator } = await serveEvents((run) =>
      run === 1 ? timer(50).pipe(mergeMap(() => refusal)) : from([{ data: 'a' }, { data: 'b' }]),
    );
    expect(text).toMatch(/data: a[^]*data: b/);
    expect(text).not.toContain('event: error');
    expect(runs()).toBe(2);
    expect(simulator.counts.logins).toBe(2);
  });

  it('is run again when it fails before it returns', async () => {
    const { text, runs } = await serveEvents((run) => {
      if (run === 1) throw refused;
      return from([{ data: 'a' }, { data: 'b' }]);
    });
    expect(text).toMatch(/data: a[^]*data: b/);
    expect(runs()).toBe(2);
  });

  it('is not run a third time', async () => {
    const { text, runs, simulator } = await serveEvents(() => refusal);
    expect(text).toContain('event: error');
    expect(runs()).toBe(2);
    expect(simulator.counts.logins).toBe(2);
  });
});

describe('kinds of handlers and controllers', () => {
  it('runs an Observable again from its source', async () => {
    let runs = 0;
    const { get } = await serveController(() => {
      @Controller()
      @UseBetfairSession()
      class TestController {
        @Get() handle() {
          return defer(() => {
            runs += 1;
            return runs === 1 ? throwError(() => refused) : of({ runs });
          });
        }
      }
      return TestController;
    });
    expect(await (await get('/')).json()).toEqual({ runs: 2 });
  });

  it('sends a StreamableFile whole that the second run returns', async () => {
    let runs = 0;
    const { get } = await serveController(() => {
      @Controller()
      @UseBetfairSession()
      class TestController {
        @Get() handle() {
          runs += 1;
          if (runs === 1) throw refused;
          return new StreamableFile(Buffer.alloc(200_000, 'x'));
        }
      }
      return TestController;
    });
    expect(await (await get('/')).text()).toBe('x'.repeat(200_000));
    expect(runs).toBe(2);
  });

  it('runs a controller of the request again, with the new session', async () => {
    const generations: number[] = [];
    let instances = 0;
    const { get, simulator } = await serveController(({ raw }) => {
      @Controller({ scope: Scope.REQUEST })
      @UseBetfairSession()
      class TestController {
        constructor() {
          instances += 1;
        }
        @Get() handle(@CurrentSession() session: BetfairSession) {
          generations.push(session.generation);
          return raw.json(session, A);
        }
      }
      return TestController;
    });
    await get('/');
    simulator.endSessions();
    expect(await (await get('/')).text()).toContain('Soccer');
    expect(generations).toEqual([1, 1, 2]);
    expect(instances).toBe(2);
  });

  it('passes a thrown value that is no error on unchanged when it is refused twice', async () => {
    const { get, errors } = await serveController(() => {
      @Controller()
      @UseBetfairSession()
      class TestController {
        @Get() handle() {
          throw refused;
        }
      }
      return TestController;
    });
    expect((await get('/')).status).toBe(500);
    expect(errors).toEqual([refused]);
    expect(errors[0]).toBe(refused);
    expect(isInvalidSession(errors[0])).toBe(true);
  });
});
