import { setTimeout } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CallScope } from '../../lib/calls/call-scope.js';
import { VirtualClock } from '../support/virtual.clock.js';

let simulator: BetfairSimulator;
let sessions: SessionService;
let close: () => Promise<void>;

// Without the watch over every promise of the other suites, which would handle what is not handled.
beforeAll(async () => {
  simulator = await BetfairSimulator.start();
  const module = await Test.createTestingModule({
    imports: [BetfairSessionModule.forRoot(simulator.options())],
  }).compile();
  sessions = module.get(SessionService);
  close = async () => {
    await module.close();
    await simulator.stop();
  };
});

afterAll(() => close());

const ORDER = 'SportsAPING/v1.0/placeOrders';

describe('an order in a run that was given up', () => {
  it('is not sent, and raises no unhandled rejection if nobody waits for it', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const scope = CallScope.open();
    scope.giveUp();
    scope.run(() => {
      void sessions.fetch('/exchange/betting/rest/v1.0/placeOrders/', { method: 'POST' });
      void sessions.call(ORDER);
      void sessions.callAll([{ operation: ORDER }]);
      void sessions.run(() => Promise.resolve());
    });
    await setTimeout(50);
    process.off('unhandledRejection', note);
    scope.end();
    expect(unhandled).toEqual([]);
    expect(simulator.counts.calls).toBe(0);
  });

  it('fails also in a run() or a batch inside it; a read passes', async () => {
    const scope = CallScope.open();
    scope.giveUp();
    const outcomes = await scope.run(() => {
      const inner = CallScope.open();
      return inner.run(() =>
        Promise.allSettled([
          sessions.call(ORDER),
          sessions.callAll([{ operation: 'SportsAPING/v1.0/listEvents' }, { operation: ORDER }]),
          sessions.callAll([{ operation: 'SportsAPING/v1.0/listEvents' }]),
          sessions.fetch(new Request(`${simulator.url}/exchange/betting/rest/v1.0/listEvents/`)),
        ]),
      );
    });
    scope.end();
    expect(outcomes.map((one) => (one.status === 'rejected' ? one.reason.code : 'sent'))).toEqual([
      'BETFAIR_RUN_ABANDONED',
      'BETFAIR_RUN_ABANDONED',
      'sent',
      'sent',
    ]);
  });
});

describe('run() with a signal', () => {
  it('ends the wait of its caller while the call hangs', async () => {
    const reason = new Error('Too long.');
    const controller = new AbortController();
    const waiting = sessions.run(() => new Promise<void>(() => undefined), controller);
    await setTimeout(20);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('a layer that ends after a while', () => {
  it('is the one of the work in it until then, so that a queue works again that inherited it', async () => {
    const clock = new VirtualClock(100);
    const scope = CallScope.open();
    scope.giveUp();
    await scope.run(async () => {
      scope.endIn(clock, 5_000);
      await clock.advance(4_999);
      scope.endIn(clock, 5_000);
      expect(CallScope.current).toBe(scope);
      await clock.advance(1);
      expect(CallScope.current).toBeUndefined();
    });
  });
});
