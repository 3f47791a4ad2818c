import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { INestApplication } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import {
  BetfairLoginRejectedError,
  type CommonSessionOptions,
  MemoryStorage,
  SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { betfairSessionConfig } from 'nestjs-betfair-session/config';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { firstValueFrom } from 'rxjs';
import { AppModule } from '../src/app.module';

describe('the application', () => {
  let betfair: BetfairSimulator;
  let app: INestApplication;

  async function start(options: Partial<CommonSessionOptions> = {}): Promise<string> {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(betfairSessionConfig.KEY)
      .useValue({ ...betfair.options(), ...options })
      .compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    return `${await app.getUrl()}/markets`;
  }

  beforeEach(async () => {
    betfair = await BetfairSimulator.start();
    betfair.answer('listEventTypes', [{ eventType: { id: '2', name: 'Tennis' }, marketCount: 1 }]);
  });

  afterEach(async () => {
    await app?.close();
    await betfair.stop();
  });

  it('survives the end of its session', async () => {
    const url = await start();
    await fetch(url);
    betfair.endSessions();

    const response = await fetch(url);

    expect(await response.json()).toEqual(['Tennis']);
    expect(betfair.counts.logins).toBe(2);
  });

  it('hands the session to a handler', async () => {
    const response = await fetch(`${await start()}/session`);
    expect(await response.json()).toEqual({ generation: 1 });
  });

  it('hands its orders on', async () => {
    await start();
    const orders = app.get(BetfairStream).messages({ subscription: { op: 'orderSubscription' } });
    expect(await firstValueFrom(orders)).toMatchObject({ op: 'ocm', ct: 'SUB_IMAGE' });
  });

  it('gives a refused login as an error of the exported class', async () => {
    await start({ password: 'wrong' });
    await expect(app.get(SessionService).getSession()).rejects.toBeInstanceOf(
      BetfairLoginRejectedError,
    );
    expect(betfair.counts).toMatchObject({ logins: 0, loginAttempts: 1 });
  });

  it('is down in the health check while a login is refused', async () => {
    const health = (await start({ password: 'wrong' })).replace('markets', 'health');
    expect((await fetch(health)).status).toBe(200);
    await app
      .get(SessionService)
      .getSession()
      .catch(() => undefined);
    const answer = await fetch(health);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      error: { betfair: { state: 'blocked', code: 'BETFAIR_LOGIN_REJECTED' } },
    });
  });

  it('is degraded in the health check with a session that is not stored, and up in terminus 11', async () => {
    const storage: SessionStorage = Object.assign(new MemoryStorage({ shared: false }), {
      write: () => Promise.reject(new Error('full')),
    });
    const url = await start({ storage, persistence: 'best-effort' });
    expect((await fetch(url)).status).toBe(200);
    const answer = await fetch(url.replace('markets', 'health'));
    expect(answer.status).toBe(200);
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const isVersion11 = dependencies['@nestjs/terminus'].startsWith('11.');
    expect(await answer.json()).toMatchObject({
      status: isVersion11 ? 'ok' : 'degraded',
      details: { betfair: { status: isVersion11 ? 'up' : 'degraded', state: 'degraded' } },
    });
  });

  it('shows its keep-alive to the scheduler of the application', async () => {
    await start({ keepAlive: true });
    const timers = app.get(SchedulerRegistry);
    // It is registered once the first session is there; jest's time limit ends the wait.
    while (timers.getTimeouts().length === 0) await setTimeout(10);
    expect(timers.getTimeouts()).toEqual(['betfair-session:default']);
  });
});
