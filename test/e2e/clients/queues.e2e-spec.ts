import { setTimeout } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { placeOrders, post, RPC, rpcCall, until } from '../../support/betting.js';
import { type Betting, closeServed, serve } from '../../support/http-application.js';
import { byDefault } from './packages.js';

/** Runs a job when its turn has come. */
type Enqueue = (job: () => Promise<unknown>) => Promise<unknown>;

interface PQueue {
  add: Enqueue;
}

interface Bottleneck {
  schedule: Enqueue;
}

const queues: [string, () => Promise<Enqueue>][] = [
  [
    'p-queue 9',
    async () => {
      const Queue = await byDefault<new (options: object) => PQueue>('p-queue');
      const queue = new Queue({ concurrency: 1 });
      return (job) => queue.add(job);
    },
  ],
  [
    'Bottleneck 2.19',
    async () => {
      const Limiter = await byDefault<new (options: object) => Bottleneck>('bottleneck');
      const limiter = new Limiter({ maxConcurrent: 1, minTime: 5 });
      return (job) => limiter.schedule(job);
    },
  ],
];

afterEach(closeServed);

/** Serves a GET handler whose own client is refused in its first run, since its session has ended. */
async function serveRead(inside: (betting: Betting, run: number) => Promise<unknown>) {
  let runs = 0;
  const application = await serve((betting) => {
    @Controller()
    @UseBetfairSession()
    class Desk {
      @Get()
      async read(@CurrentSession() session: BetfairSession) {
        runs += 1;
        await inside(betting, runs);
        if (runs === 1) betting.simulator.endSessions();
        return (await betting.raw.axiosRest(session, 'listEventTypes')).data;
      }
    }
    return { controllers: [Desk] };
  });
  return { ...application, runs: () => runs };
}

describe.each(queues)('a handler that sends through %s', (_, makeQueue) => {
  it('places its order once, and does not run again', async () => {
    const enqueue = await makeQueue();
    const { get, runs, simulator } = await serveRead(({ sessions }) =>
      enqueue(() => sessions().fetch(RPC, post(placeOrders()))),
    );
    expect((await get('/')).status).toBe(500);
    expect(runs()).toBe(1);
    expect(simulator.orders).toHaveLength(1);
  });

  it('places its order once behind a job of another request', async () => {
    const enqueue = await makeQueue();
    let isFree = false;
    const blocked = enqueue(() => until(() => isFree));
    const { get, runs, simulator } = await serveRead(async ({ sessions }) => {
      const placed = enqueue(() => sessions().fetch(RPC, post(placeOrders())));
      await setTimeout(20);
      isFree = true;
      await placed;
    });
    expect((await get('/')).status).toBe(500);
    await blocked;
    expect(runs()).toBe(1);
    expect(simulator.orders).toHaveLength(1);
  });

  it('does not have a read of it sent more than twice', async () => {
    const enqueue = await makeQueue();
    const { get, simulator } = await serveRead(({ sessions }) =>
      enqueue(() => sessions().fetch(RPC, post(rpcCall('listEvents')))),
    );
    await get('/');
    const reads = simulator.requests.filter(({ body }) => body.includes('listEvents"'));
    expect(reads.length).toBeLessThanOrEqual(2);
  });
});
