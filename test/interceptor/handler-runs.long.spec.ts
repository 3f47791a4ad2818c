import { Get, Post, Sse } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import {
  type BetfairSession,
  BetfairSessionInterceptor,
  isInvalidSession,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { from } from 'rxjs';
import { INVALID, refused } from '../calls/rejections.fixture.js';
import { placeOrders, post, refuse, RPC, rpcCall, sends, until } from '../support/betting.js';
import { type Betting, closeServed } from '../support/http-application.js';
import { serveHandler } from './support/one-handler.js';
import { endAndRefuse, endAtCall } from './support/refused-session.js';

afterEach(closeServed);

const A = rpcCall('listEventTypes', undefined, 'A');
const B = rpcCall('listMarketBook', {}, 'B');

describe('the options of a handler', () => {
  it.each([
    ['once', 'never', 1],
    ['never', 'once', 2],
    [undefined, 'never', 1],
    ['once', undefined, 2],
    [undefined, undefined, 1],
  ] as const)('class %s, method %s: runs %i times', async (outer, inner, expected) => {
    const application = await serveHandler((_session, betting) => endAndRefuse(betting), {
      onClass: [UseBetfairSession({ retry: outer })],
      onMethod: [Post(), UseBetfairSession({ retry: inner })],
    });
    expect(await (await application.post('/')).text()).toContain(INVALID);
    expect(application.generations).toHaveLength(expected);
    expect(application.simulator.counts.logins).toBe(2);
  });
});

/** A handler that may run again, with a session. */
async function serveSteps(handle: (session: BetfairSession, betting: Betting) => Promise<unknown>) {
  const onClass = [UseBetfairSession({ retry: 'once' })];
  const application = await serveHandler(handle, { onClass, onMethod: [Post()] });
  await application.sessions().getSession();
  const send = () => application.post('/');
  return { ...application, send, runs: () => application.generations.length };
}

describe('a handler that may run again', () => {
  it('does not while an order in it is in flight', async () => {
    let order: Promise<Response> | undefined;
    const { send, simulator, runs } = await serveSteps(async (session, betting) => {
      order = betting.sessions().fetch(RPC, post(placeOrders()));
      await until(() => betting.simulator.counts.calls === 1);
      return betting.raw.json(session, B);
    });
    simulator.fail('api', { slow: 1_000 });
    endAtCall(simulator, 'listMarketBook');
    await send();
    await order;
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('does not when an order was sent from it during the refresh', async () => {
    let order: Promise<unknown> | undefined;
    const { send, simulator, runs } = await serveSteps(async (session, betting) => {
      const renewed = until(() => betting.simulator.counts.loginAttempts === 2);
      order = renewed.then(() => betting.sessions().fetch(RPC, post(placeOrders())));
      return betting.raw.json(session, B);
    });
    simulator.fail('certLogin', { slow: 300 });
    simulator.fail('certLogin', { slow: 300 });
    endAtCall(simulator, 'listMarketBook');
    await send();
    await order;
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('does not after an order in it got no answer', async () => {
    const { send, simulator, runs } = await serveSteps(async (session, betting) => {
      await betting
        .sessions()
        .run((one) => betting.raw.json(one, placeOrders()))
        .catch(() => undefined);
      return betting.raw.json(session, B);
    });
    simulator.fail('api', 'reset', { processed: true });
    endAtCall(simulator, 'listMarketBook');
    await send();
    expect(simulator.orders).toHaveLength(1);
    expect(runs()).toBe(1);
  });

  it('leaves the repetition to run and fetch, and causes one login when that is refused too', async () => {
    const { send, simulator, runs } = await serveSteps((_session, betting) =>
      betting.sessions().run(async () => {
        const response = await betting.sessions().fetch(RPC, post(A));
        return response.json();
      }),
    );
    simulator.endSessions();
    expect(await (await send()).text()).toContain('Soccer');
    expect(sends(simulator)).toEqual({ A: 2 });
    simulator.clearRequests();
    refuse(simulator, 'listEventTypes');
    expect(await (await send()).text()).toContain(INVALID);
    expect(sends(simulator)).toEqual({ A: 2 });
    expect(runs()).toBe(2);
    expect(simulator.counts.logins).toBe(3);
  });

  it('does after a call in it that never had a session to be sent with', async () => {
    const { send, simulator, runs } = await serveSteps(async (session, betting) => {
      const signal = AbortSignal.abort();
      await betting
        .sessions()
        .fetch(RPC, { ...post(A), signal })
        .catch(() => undefined);
      return betting.raw.json(session, B);
    });
    simulator.endSessions();
    expect(await (await send()).text()).toContain('marketId');
    expect(runs()).toBe(2);
    expect(sends(simulator)).toEqual({ B: 2 });
  });

  it('is run again when it throws instead of returning its events', async () => {
    const { get, generations } = await serveHandler(
      (_session, betting, run) => {
        if (run === 1) throw endAndRefuse(betting);
        return from([{ data: 'a' }, { data: 'b' }]);
      },
      { onMethod: [Sse()] },
    );
    expect(await (await get('/')).text()).toMatch(/data: a[^]*data: b/);
    expect(generations).toEqual([1, 2]);
  });
});

describe('the second failure of a handler', () => {
  it('goes up unchanged, also where the new session is dead again', async () => {
    const { get, errors, generations } = await serveHandler(
      async (session, { simulator, sessions }, run) => {
        simulator.endSessions();
        if (run === 2) {
          simulator.fail('certLogin', { status: 503 });
          await sessions()
            .refresh(session)
            .catch(() => undefined);
        }
        throw Object.assign(new Error(`run ${run}`), { errorCode: INVALID });
      },
      { providers: [{ provide: APP_INTERCEPTOR, useClass: BetfairSessionInterceptor }] },
    );
    await get('/');
    expect(generations).toHaveLength(2);
    expect(errors).toEqual([expect.objectContaining({ message: 'run 2', errorCode: INVALID })]);
  });

  it('goes up unchanged where it is no error', async () => {
    const { get, errors, generations } = await serveHandler(
      (_session, betting) => {
        throw endAndRefuse(betting);
      },
      { onMethod: [Get()] },
    );
    expect((await get('/')).status).toBe(500);
    expect(errors).toEqual([refused]);
    expect(generations).toEqual([1, 2]);
    expect(errors[0]).toBe(refused);
    expect(isInvalidSession(errors[0])).toBe(true);
  });
});
