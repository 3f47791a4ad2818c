import { Test } from '@nestjs/testing';
import { getSessionOptionsToken, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator, type Clock, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { AppModule } from './app.module.js';

/** Time that passes only when the test says so; requests still time out on that of the machine. */
class HandClock implements Clock {
  #now = 0;
  readonly #timers = new Map<() => void, number>();

  monotonic = () => this.#now;
  wall = () => Date.UTC(2030, 0) + this.#now;
  random = () => 0.5;

  timer(callback: () => void, ms: number) {
    const due = () => callback();
    this.#timers.set(due, this.#now + ms);
    return { cancel: () => void this.#timers.delete(due) };
  }

  deadline(callback: () => void, ms: number) {
    const timeout = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(timeout) };
  }

  advance(ms: number) {
    this.#now += ms;
    for (const [due, at] of this.#timers) {
      if (at <= this.#now && this.#timers.delete(due)) due();
    }
  }
}

it('a session that ended overnight is replaced in the morning', async () => {
  const clock = new HandClock();
  const betfair = await BetfairSimulator.start({ clock });
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getSessionOptionsToken())
    .useValue(betfair.options())
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.init();
  const sessions = app.get(SessionService);
  const evening = await sessions.getSession();

  clock.advance(13 * 60 * 60 * 1_000);

  const morning = await sessions.getSession();
  expect(morning.token).not.toBe(evening.token);
  expect(betfair.counts.logins).toBe(2);
  await app.close();
  await betfair.stop();
});
