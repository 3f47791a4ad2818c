import { Test } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { AppModule } from './app.module.js';

it('an order above the market waits, and holds back its stake', async () => {
  const simulator = await BetfairSimulator.start({ seed: 7 });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSessionOptionsToken())
    .useValue(simulator.options())
    .compile();
  await module.init();
  const betfair = module.get(SessionService);

  const limitOrder = { size: 2, price: 1000, persistenceType: 'LAPSE' };
  await betfair.call('SportsAPING/v1.0/placeOrders', {
    marketId: '1.234567890',
    instructions: [{ selectionId: 47972, side: 'BACK', orderType: 'LIMIT', limitOrder }],
  });

  expect(await betfair.call('SportsAPING/v1.0/listCurrentOrders')).toMatchObject({
    currentOrders: [{ status: 'EXECUTABLE', sizeMatched: 0, sizeRemaining: 2 }],
  });
  expect(await betfair.call('AccountAPING/v1.0/getAccountFunds')).toMatchObject({
    availableToBetBalance: 998,
    exposure: -2,
  });
  await module.close();
  await simulator.stop();
});
