import type { BetfairSession } from 'nestjs-betfair-session';
import { placeOrders, post, RPC, until } from '../../support/betting.js';
import { type Betting, closeServed } from '../../support/http-application.js';
import { serveHandler } from '../support/one-handler.js';

afterEach(closeServed);

type Make = (betting: Betting) => Promise<unknown>;

const order = post(placeOrders());

/**
 * Has a POST make a call, and a GET join it while it is under way. The GET is refused afterwards, because its session
 * ends in its first run.
 */
async function join(make: Make) {
  let pending: Promise<unknown> | undefined;
  const application = await serveHandler(async (session: BetfairSession, betting, run) => {
    pending ??= make(betting);
    await pending;
    if (run === 1) return 'made';
    if (run === 2) betting.simulator.endSessions();
    return (await betting.raw.axiosRest(session, 'listEventTypes')).data;
  });
  const { simulator, generations, sessions } = application;
  simulator.answer('listEvents', []);
  await sessions().getSession();
  simulator.fail('api', { slow: 300 });
  const first = application.post('/');
  await until(() => simulator.counts.calls === 1);
  const joined = await application.get('/');
  expect(await (await first).text()).toBe('made');
  return { ...application, status: joined.status, runs: generations.length - 1 };
}

describe('a handler that joins a call of another request, and is refused after it', () => {
  it.each<[string, Make]>([
    [
      'call()',
      ({ sessions }) => sessions().call('SportsAPING/v1.0/placeOrders', placeOrders().params),
    ],
    ['fetch()', ({ sessions }) => sessions().fetch(RPC, order)],
    [
      'fetch() with a body that has to be read',
      ({ sessions }) => sessions().fetch(RPC, { ...order, body: new Blob([order.body]) }),
    ],
    ['run()', ({ sessions, raw }) => sessions().run((own) => raw.json(own, placeOrders()))],
  ])('does not run again if that was an order, by %s', async (_, make) => {
    const { simulator, status, runs } = await join(make);
    expect({ status, runs }).toEqual({ status: 500, runs: 1 });
    expect(simulator.orders).toHaveLength(1);
    expect(simulator.counts.logins).toBe(2);
  });

  it('runs again if that was a read', async () => {
    const { simulator, status, runs } = await join(({ sessions }) =>
      sessions().call('SportsAPING/v1.0/listEvents', { filter: {} }),
    );
    expect({ status, runs }).toEqual({ status: 200, runs: 2 });
    expect(simulator.counts.logins).toBe(2);
  });
});
