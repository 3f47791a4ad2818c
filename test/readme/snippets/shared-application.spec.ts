import { Test, type TestingModule } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator, resetLoginBudget } from 'nestjs-betfair-session/testing';
import { AppModule } from './app.module.js';

let simulator: BetfairSimulator;
let application: TestingModule;
let betfair: SessionService;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
  application = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSessionOptionsToken())
    .useValue(simulator.options())
    .compile();
  await application.init();
  betfair = application.get(SessionService);
});

beforeEach(() => {
  simulator.endSessions();
  resetLoginBudget(betfair);
});

afterAll(async () => {
  await application.close();
  await simulator.stop();
});

it.each(['Soccer', 'Tennis', 'Golf', 'Cricket', 'Rugby', 'Boxing', 'Darts'])(
  'finds %s after the session has ended',
  async (name) => {
    simulator.answer('listEventTypes', [{ eventType: { id: '1', name }, marketCount: 1 }]);
    expect(await betfair.call('SportsAPING/v1.0/listEventTypes')).toMatchObject([
      { eventType: { name } },
    ]);
  },
);
