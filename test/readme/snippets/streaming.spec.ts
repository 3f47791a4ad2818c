import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { OpenOrdersService } from './open-orders.service.js';
import { PricesService } from './prices.service.js';
import { StreamingModule } from './streaming.module.js';

const MARKET = '1.234567890';
const RUNNER = 47_972;

/** Waits until something is so; the time limit of the test ends the wait. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(20);
}

describe('my services and the Stream API', () => {
  let betfair: BetfairSimulator;
  let app: INestApplicationContext;
  const price = () => app.get(PricesService).bestToBack(MARKET, RUNNER);

  beforeEach(async () => {
    betfair = await BetfairSimulator.start();
    app = await Test.createTestingModule({ imports: [StreamingModule] })
      .overrideProvider(getSessionOptionsToken())
      .useValue(betfair.options())
      .compile();
    await app.init();
    await until(() => price() !== undefined);
  });

  afterEach(async () => {
    await app.close();
    await betfair.stop();
  });

  it('show no price while the connection is lost, and go on afterwards', async () => {
    betfair.stream.cut();
    await until(() => price() === undefined);
    await until(() => price() !== undefined);
    expect(betfair.counts.logins).toBe(1);
  });

  it('survive the end of the session, with one login', async () => {
    betfair.endSessions();
    // Two streams, each of which authenticates again.
    await until(() => betfair.stream.counts.authentications === 4 && price() !== undefined);
    expect(betfair.counts.loginAttempts).toBe(2);
  });

  it('see an order as soon as it is placed', async () => {
    const limitOrder = { size: 2, price: 1_000, persistenceType: 'LAPSE' };
    await app.get(SessionService).call('SportsAPING/v1.0/placeOrders', {
      marketId: MARKET,
      instructions: [{ selectionId: RUNNER, side: 'BACK', orderType: 'LIMIT', limitOrder }],
    });
    const orders = app.get(OpenOrdersService);
    await until(() => orders.all.length === 1);
    expect(orders.all).toMatchObject([{ marketId: MARKET, side: 'B', p: 1_000, sr: 2 }]);
  });
});
