import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Test } from '@nestjs/testing';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { errorOf } from '../identity/support/secrets.js';

let simulator: BetfairSimulator;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
});

afterEach(() => simulator.stop());

describe('SessionService.create()', () => {
  it('provides a session and calls without a Nest application', async () => {
    await using sessions = await SessionService.create(simulator.options());
    expect(sessions).toBeInstanceOf(SessionService);
    expect((await sessions.getSession()).token).toBe(simulator.liveTokens()[0]);
    await expect(sessions.call('SportsAPING/v1.0/listEventTypes')).resolves.toHaveLength(2);
    expect(simulator.counts.logins).toBe(1);
  });

  it('names every fault of the options at once', async () => {
    const options = { ...simulator.options(), username: '', password: ' secret' };
    const error = await errorOf(SessionService.create(options));
    expect(error).toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    expect(String(error)).toMatch(/username[^]*password/);
  });

  it('shares the session of an application on the same store', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'create-'));
    const options = { ...simulator.options(), storage: `file:${folder}` };
    const module = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRoot(options)],
    }).compile();
    try {
      const { token } = await module.get(SessionService).getSession();
      await using sessions = await SessionService.create(options, { name: 'script' });
      expect((await sessions.getSession()).token).toBe(token);
    } finally {
      await module.close();
      await rm(folder, { recursive: true });
    }
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });
});

it.each([['x\nFATAL'], ['x\u202e'], ['']])(
  'the name %j, which the log could not show, is refused',
  async (name) => {
    const error = await errorOf(SessionService.create(simulator.options(), { name }));
    expect(error).toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
  },
);

describe('close()', () => {
  it('lets work in flight end, refuses what comes later, and leaves the session alive', async () => {
    const sessions = await SessionService.create(simulator.options());
    let closed: Promise<void> | undefined;
    simulator.answer('SportsAPING/v1.0/listEventTypes', () => {
      closed = Promise.all([sessions.close(), sessions.close()]).then(() => undefined);
      return ['answered'];
    });
    await expect(sessions.call('SportsAPING/v1.0/listEventTypes')).resolves.toEqual(['answered']);
    await closed;
    for (const later of [sessions.getSession(), sessions.call('SportsAPING/v1.0/listEventTypes')]) {
      expect(await errorOf(later)).toMatchObject({ code: 'BETFAIR_CLOSED', retryable: false });
    }
    expect(simulator.liveTokens()).toHaveLength(1);
  });

  it('ends the events and the sessions of an account', async () => {
    const sessions = await SessionService.create(simulator.options());
    const ended: string[] = [];
    sessions.events$.subscribe({ complete: () => ended.push('events') });
    sessions.session$.subscribe({ complete: () => ended.push('sessions') });
    await sessions.close();
    expect(ended.toSorted()).toEqual(['events', 'sessions']);
  });
});

describe('a SessionService that was created in another way', () => {
  it('says how to get one, by "new"', () => {
    expect(() => Reflect.construct(SessionService, [])).toThrow(
      /import BetfairSessionModule.*SessionService\.create.*mockSessionService/,
    );
  });

  it('says how to get one, in a list of providers', async () => {
    const compiling = Test.createTestingModule({ providers: [SessionService] }).compile();
    await expect(compiling).rejects.toThrow(/import BetfairSessionModule/);
  });
});
