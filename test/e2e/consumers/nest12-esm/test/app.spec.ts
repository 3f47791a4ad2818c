import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairIdentityUnavailableError,
  getSessionOptionsToken,
  SessionService,
} from 'nestjs-betfair-session';
import { BetfairSimulator, createTestSession } from 'nestjs-betfair-session/testing';
import { AppModule } from '../src/app.module.js';

describe('the application', () => {
  let betfair: BetfairSimulator;
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    betfair = await BetfairSimulator.start();
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(getSessionOptionsToken())
      .useValue(betfair.options())
      .compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/markets`;
  });

  afterEach(async () => {
    await app?.close();
    await betfair.stop();
  });

  it('survives the end of its session', async () => {
    await fetch(url);
    betfair.endSessions();

    expect((await fetch(url)).status).toBe(200);
    expect(await (await fetch(url)).json()).toEqual({ status: 200, generation: 2 });
    expect(betfair.counts.logins).toBe(2);
  });

  it('gives an outage as an error of the exported class', async () => {
    betfair.fail('certLogin', { status: 503 }, { times: 10 });
    await expect(app.get(SessionService).getSession()).rejects.toBeInstanceOf(
      BetfairIdentityUnavailableError,
    );
    expect(betfair.counts.logins).toBe(0);
  });
});

it('makes sessions for unit tests', () => {
  const session = createTestSession({ token: 'a-token', applicationKey: 'a-key' });
  expect(session.headers()).toMatchObject({
    'X-Authentication': 'a-token',
    'X-Application': 'a-key',
  });
});
