import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getSessionOptionsToken } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { AppModule } from './app.module.js';

describe('my application', () => {
  let betfair: BetfairSimulator;
  let app: INestApplication;

  beforeEach(async () => {
    betfair = await BetfairSimulator.start();
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(getSessionOptionsToken())
      .useValue(betfair.options())
      .compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0);
  });

  afterEach(async () => {
    await app.close();
    await betfair.stop();
  });

  it('survives the end of its session', async () => {
    betfair.answer('listEventTypes', [{ eventType: { id: '2', name: 'Tennis' }, marketCount: 1 }]);
    const markets = `${await app.getUrl()}/markets`;
    await fetch(markets);
    betfair.endSessions();

    const answer = await fetch(markets);

    expect(await answer.json()).toMatchObject([{ eventType: { name: 'Tennis' } }]);
    expect(betfair.counts.logins).toBe(2);
  });

  it('does not take an outage for the end of its session', async () => {
    betfair.fail('api', { status: 503 });
    await fetch(`${await app.getUrl()}/markets`);
    expect(betfair.counts).toMatchObject({ logins: 1, calls: 1 });
  });
});
