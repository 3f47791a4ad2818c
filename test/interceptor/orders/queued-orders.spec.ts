import { setTimeout } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { placeOrders, post, RPC, rpcCall, until } from '../../support/betting.js';
import { type Betting, closeServed, serve } from '../../support/http-application.js';
import { loopQueue, type Queue, timerQueue } from '../../support/queues.js';

const queues: Queue[] = [];

afterEach(async () => {
  for (const queue of queues.splice(0)) queue.close();
  await closeServed();
});

function opened(queue: Queue): Queue {
  queues.push(queue);
  return queue;
}

/** Serves a GET handler, and counts its runs. */
async function serveRead(
  handle: (session: BetfairSession, betting: Betting, run: number) => unknown,
) {
  let runs = 0;
  const application = await serve((betting) => {
    @Controller()
    @UseBetfairSession()
    class Desk {
      @Get()
      read(@CurrentSession() session: BetfairSession) {
        runs += 1;
        return handle(session, betting, runs);
      }
    }
    return { controllers: [Desk] };
  });
  return { ...application, runs: () => runs };
}

/** Ends the session at Betfair in the first run, so that the handler's own client is refused. */
function funds(session: BetfairSession, { raw, simulator }: Betting, run: number) {
  if (run === 1) simulator.endSessions();
  return raw.axiosRest(session, 'listEventTypes').then(({ data }) => data);
}

const order = post(placeOrders());

describe('a handler that placed an order through a queue and is refused then', () => {
  it('does not run again if the queue loses the context', async () => {
    const queue = opened(timerQueue());
    const { get, runs, simulator } = await serveRead(async (session, betting, run) => {
      await queue.add(() => betting.sessions().fetch(RPC, order));
      return funds(session, betting, run);
    });
    expect((await get('/')).status).toBe(500);
    expect(runs()).toBe(1);
    expect(simulator.orders).toHaveLength(1);
  });

  it('does not run again if the queue has the context of a handler that still runs', async () => {
    const queue = opened(loopQueue());
    const { get, runs, simulator } = await serveRead(async (session, betting, run) => {
      // The loop has the context of its first job.
      if (run === 1) return queue.add(() => setTimeout(500, 'slow'));
      await queue.add(() => betting.sessions().fetch(RPC, order));
      return funds(session, betting, run - 1);
    });
    const slow = get('/');
    await until(() => runs() === 1);
    expect((await get('/')).status).toBe(500);
    expect(await (await slow).text()).toBe('slow');
    expect(runs()).toBe(2);
    expect(simulator.orders).toHaveLength(1);
  });

  it('does not run again if the queue took the order before the refusal and sends it after', async () => {
    const queue = opened(timerQueue(60));
    const { get, runs, simulator } = await serveRead(async (session, betting, run) => {
      const placed = queue.add(() => betting.sessions().fetch(RPC, order));
      placed.catch(() => undefined);
      await setTimeout(70);
      return funds(session, betting, run);
    });
    expect((await get('/')).status).toBe(500);
    expect(runs()).toBe(1);
    await until(() => simulator.orders.length > 0);
    expect(simulator.orders).toHaveLength(1);
  });

  it.each(['run()', 'another account'])('does not run again for %s either', async (way) => {
    const queue = opened(timerQueue());
    const { get, runs, simulator } = await serveRead(async (session, betting, run) => {
      const { raw, sessions } = betting;
      await queue.add(() =>
        way === 'run()'
          ? sessions().run((own) => raw.json(own, placeOrders()))
          : sessions().call('SportsAPING/v1.0/placeOrders', placeOrders().params),
      );
      return funds(session, betting, run);
    });
    expect((await get('/')).status).toBe(500);
    expect(runs()).toBe(1);
    expect(simulator.orders).toHaveLength(1);
  });
});

describe('a handler that is refused while only reads are sent at the same time', () => {
  it('runs again, although a background loop reads every 10 ms', async () => {
    const { get, runs, simulator, sessions } = await serveRead((session, betting, run) =>
      funds(session, betting, run),
    );
    await sessions().getSession();
    const timer = setInterval(() => {
      sessions()
        .call('SportsAPING/v1.0/listEventTypes', { filter: {} })
        .catch(() => undefined);
    }, 10);
    await setTimeout(50);
    expect((await get('/')).status).toBe(200);
    clearInterval(timer);
    expect(runs()).toBe(2);
    expect(simulator.counts.logins).toBe(2);
  });

  it('runs again after an order of the background that was placed before it began', async () => {
    const { get, runs, sessions } = await serveRead((session, betting, run) =>
      funds(session, betting, run),
    );
    await sessions().fetch(RPC, order);
    expect((await get('/')).status).toBe(200);
    expect(runs()).toBe(2);
  });

  it('does not send a read of a queue more than twice', async () => {
    const queue = opened(timerQueue());
    const { get, simulator } = await serveRead(async (_session, betting) => {
      const answer = await queue.add(() =>
        betting.sessions().fetch(RPC, post(rpcCall('listEvents'))),
      );
      const body: unknown = await answer.json();
      throw Object.assign(new Error('refused'), { data: body });
    });
    simulator.rejectCalls((_request, { method }) => method === 'listEvents');
    await get('/');
    expect(simulator.counts.calls).toBeLessThanOrEqual(2);
  });
});

describe('the first run of a handler that runs again', () => {
  it('places no order any more that it had still to place, but may read', async () => {
    const late: Promise<unknown>[] = [];
    const { get, runs, simulator } = await serveRead(async (session, betting, run) => {
      const { simulator: betfair, sessions } = betting;
      if (run === 1) {
        const begun = until(() => runs() === 2);
        late.push(
          begun.then(() => sessions().fetch(RPC, order)),
          begun.then(() => sessions().call('SportsAPING/v1.0/placeOrders', placeOrders().params)),
          begun.then(() => sessions().run(() => Promise.resolve('sent'))),
          begun.then(() => sessions().call('SportsAPING/v1.0/listEventTypes', { filter: {} })),
        );
        for (const one of late) one.catch(() => undefined);
        betfair.endSessions();
      }
      const read = betting.raw.axiosRest(session, 'listEventTypes');
      await Promise.all([read, run === 2 ? Promise.allSettled(late) : undefined]);
      return 'read';
    });
    expect(await (await get('/')).text()).toBe('read');
    expect(runs()).toBe(2);
    const outcomes = await Promise.allSettled(late);
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'fine'))).toEqual([
      'BETFAIR_RUN_ABANDONED',
      'BETFAIR_RUN_ABANDONED',
      'BETFAIR_RUN_ABANDONED',
      'fine',
    ]);
    expect(simulator.orders).toHaveLength(0);
  });
});
