import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import {
  BetfairConfigurationError,
  BetfairSessionModule,
  type BetfairSession,
  CurrentSession,
  MemoryStorage,
  SessionAccounts,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { EMPTY, endWith, firstValueFrom, ignoreElements, lastValueFrom, tap } from 'rxjs';
import { BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { type Clock, systemClock } from '../../lib/common/clock.js';
import { errorOf } from '../identity/support/secrets.js';
import { until } from '../support/betting.js';
import { VirtualClock } from '../support/virtual.clock.js';

const TENANTS = ['ada', 'bob', 'cyd'] as const;

@Controller()
class TenantController {
  @Get(':tenant')
  @UseBetfairSession({ name: (context) => context.switchToHttp().getRequest().params.tenant })
  token(@CurrentSession() session: BetfairSession): string {
    return session.token;
  }
}

@Module({ imports: [ScheduleModule.forRoot()], controllers: [TenantController] })
class AppModule {}

let simulator: BetfairSimulator;
let app: INestApplication | undefined;
let clock: VirtualClock;

beforeEach(async () => {
  const accounts = ['house', ...TENANTS].map((username) => ({ username }));
  simulator = await BetfairSimulator.start({ accounts });
  clock = new VirtualClock();
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await simulator.stop();
});

async function start(time: Clock = clock): Promise<SessionAccounts> {
  const module = await Test.createTestingModule({
    imports: [AppModule, BetfairSessionModule.forRoot(optionsOf('house'))],
  })
    .overrideProvider(SESSION_CLOCK)
    .useValue(time)
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app.get(SessionAccounts);
}

function optionsOf(username: string) {
  return { ...simulator.options(username), storage: new MemoryStorage() };
}

describe('an account that is added while the application runs', () => {
  it('provides sessions of its own, also to decorated handlers', async () => {
    const accounts = await start();
    const added = await Promise.all(TENANTS.map((name) => accounts.add(name, optionsOf(name))));
    expect(accounts.names).toEqual(['default', ...TENANTS]);
    for (const [index, name] of TENANTS.entries()) {
      expect(accounts.get(name)).toBe(added[index]);
      const answer = await fetch(`${await app?.getUrl()}/${name}`);
      expect(simulator.liveTokens(name)).toEqual([await answer.text()]);
    }
    expect(accounts.get('default')).toBe(app?.get(SessionService));
    expect(simulator.counts.logins).toBe(3);
  });

  it('is refused under a name that is taken, also while it is being added', async () => {
    const accounts = await start();
    const adding = accounts.add('ada', optionsOf('ada'));
    for (const name of ['ada', 'default']) {
      expect(await errorOf(accounts.add(name, optionsOf('bob')))).toMatchObject({
        code: 'BETFAIR_CONFIGURATION',
        message: expect.stringMatching(`"${name}" exists already`),
      });
    }
    await expect(adding).resolves.toBeInstanceOf(SessionService);
  });

  it('is refused on the store and key of another account, and leaves the name free', async () => {
    const accounts = await start();
    const options = optionsOf('ada');
    await accounts.add('ada', options);
    const twin = { ...optionsOf('ada'), storage: options.storage };
    expect(await errorOf(accounts.add('twin', twin))).toMatchObject({
      message: expect.stringContaining('"ada" and "twin" keep their tokens in the same object'),
    });
    expect(accounts.get('twin')).toBeUndefined();
    await accounts.add('twin', optionsOf('bob'));
  });

  it('is refused with every fault of its options, and leaves the name free', async () => {
    const accounts = await start();
    const faulty = { ...optionsOf('ada'), username: '', applicationKey: '' };
    expect(String(await errorOf(accounts.add('ada', faulty)))).toMatch(
      /username[^]*applicationKey/,
    );
    await accounts.add('ada', optionsOf('ada'));
  });

  it.each([[''], [' ada'], ['ada\nFATAL everything is lost'], ['x'.repeat(201)]])(
    'is refused under the name %j, which the log could not show',
    async (name) => {
      const accounts = await start();
      expect(await errorOf(accounts.add(name, optionsOf('ada')))).toMatchObject({
        code: 'BETFAIR_CONFIGURATION',
      });
    },
  );

  it('is kept alive, until it is removed', async () => {
    const accounts = await start();
    const before = clock.timers;
    await accounts.add('ada', { ...optionsOf('ada'), keepAlive: true });
    await clock.settle();
    expect(simulator.liveTokens('ada')).toHaveLength(1);
    await clock.advance(24 * 3_600_000);
    expect(simulator.liveTokens('ada')).toHaveLength(1);
    expect(simulator.counts.logins).toBe(1);
    await clock.until(accounts.remove('ada'));
    expect(clock.timers).toBe(before);
  });
});

/** Names of the timers that the application sees. */
function timers(): readonly string[] | undefined {
  return app?.get(SchedulerRegistry).getTimeouts();
}

describe('the timer of its keep-alive', () => {
  it('is seen by the application as long as the account', async () => {
    const accounts = await start(systemClock);
    const sessions = await accounts.add('ada', { ...optionsOf('ada'), keepAlive: true });
    await firstValueFrom(sessions.session$);
    // Set after the first keep-alive, which the account makes by itself.
    while (timers()?.length === 0) await setImmediate();
    expect(timers()).toEqual(['betfair-session:ada']);
    await accounts.remove('ada');
    expect(timers()).toEqual([]);
  });
});

it('its keep-alive does not run in the request that added the account', async () => {
  const accounts = await start(systemClock);
  const request = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const options = {
    ...optionsOf('ada'),
    keepAlive: true,
    password: () => {
      seen.push(request.getStore());
      return simulator.options('ada').password;
    },
  };
  const sessions = await request.run('sign-up', () => accounts.add('ada', options));
  await firstValueFrom(sessions.session$);
  expect(seen).toEqual([undefined]);
});

describe('an account that is removed', () => {
  it('is found no more, refuses calls, and leaves its session alive', async () => {
    const accounts = await start();
    const sessions = await accounts.add('ada', optionsOf('ada'));
    await sessions.getSession();
    await clock.until(Promise.all([accounts.remove('ada'), accounts.remove('ada')]));
    expect(accounts.get('ada')).toBeUndefined();
    expect(accounts.names).toEqual(['default']);
    expect(await errorOf(sessions.getSession())).toMatchObject({ code: 'BETFAIR_CLOSED' });
    expect((await fetch(`${await app?.getUrl()}/ada`)).status).toBe(500);
    expect(simulator.liveTokens('ada')).toHaveLength(1);
  });

  it('logs out, if that is asked for, once nothing finds it any more', async () => {
    const accounts = await start();
    const sessions = await accounts.add('ada', { ...optionsOf('ada'), keepAlive: true });
    await sessions.getSession();
    const removing = accounts.remove('ada', { logout: true });
    expect([accounts.get('ada'), accounts.names]).toEqual([undefined, ['default']]);
    await clock.until(removing);
    expect(simulator.liveTokens('ada')).toEqual([]);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
  });

  it('lets nobody who still has its service log in again while it logs out, or after', async () => {
    const accounts = await start();
    const sessions = await accounts.add('ada', optionsOf('ada'));
    const dead = await sessions.getSession();
    const refused = sessions.call('SportsAPING/v1.0/listEventTypes');
    const removing = accounts.remove('ada', { logout: true });
    await setImmediate();
    const late = Promise.all([
      errorOf(sessions.getSession()),
      errorOf(sessions.refresh(dead)),
      errorOf(sessions.call('SportsAPING/v1.0/listEventTypes')),
    ]);
    await clock.until(Promise.all([removing, refused.catch(() => undefined)]));
    for (const error of await late) expect(error).toMatchObject({ code: 'BETFAIR_CLOSED' });
    expect(simulator.liveTokens('ada')).toEqual([]);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
  });

  it.each(['logged out', 'refused the logout'])(
    'ends its streams, which log in no more, when Betfair has %s',
    async (how) => {
      const accounts = await start(systemClock);
      const sessions = await accounts.add('ada', optionsOf('ada'));
      const stream = new BetfairStream(sessions);
      const marketFilter = { marketIds: ['1.234567890'] };
      let messages = 0;
      const ended = lastValueFrom(
        stream.messages({ subscription: { op: 'marketSubscription', marketFilter } }).pipe(
          tap(() => (messages += 1)),
          ignoreElements(),
          endWith('ended'),
        ),
      );
      await until(() => messages > 0);
      if (how === 'refused the logout') simulator.fail('logout', { status: 503 });
      await accounts.remove('ada', { logout: true }).catch(() => undefined);
      expect(await ended).toBe('ended');
      expect(simulator.counts.logins).toBe(1);
    },
  );

  it('is removed also if the logout fails, which is told', async () => {
    const accounts = await start();
    const sessions = await accounts.add('ada', optionsOf('ada'));
    await sessions.getSession();
    simulator.fail('logout', { status: 503 }, { times: Infinity });
    expect(await errorOf(clock.until(accounts.remove('ada', { logout: true })))).toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
    expect(await errorOf(sessions.getSession())).toMatchObject({ code: 'BETFAIR_CLOSED' });
    await accounts.add('ada', optionsOf('ada'));
  });

  it('lets its calls end first, and keeps its name until then', async () => {
    const accounts = await start();
    const sessions = await accounts.add('ada', optionsOf('ada'));
    let removing: Promise<void> | undefined;
    let early: Promise<unknown> | undefined;
    simulator.answer('SportsAPING/v1.0/listEventTypes', () => {
      removing = accounts.remove('ada');
      early = errorOf(accounts.add('ada', optionsOf('ada')));
      return ['answered'];
    });
    await expect(sessions.call('SportsAPING/v1.0/listEventTypes')).resolves.toEqual(['answered']);
    expect(await early).toMatchObject({ message: expect.stringContaining('still being removed') });
    await removing;
    const again = await accounts.add('ada', optionsOf('ada'));
    await expect(again.getSession()).resolves.toBeDefined();
  });

  it('stays closed if it is removed while it is being added, and the name is used again', async () => {
    const accounts = await start();
    class FailingStorage extends MemoryStorage {
      async open(): Promise<void> {
        await setImmediate();
        throw new BetfairConfigurationError('not today');
      }
    }
    const adding = errorOf(
      accounts.add('ada', { ...optionsOf('ada'), storage: new FailingStorage() }),
    );
    const removing = accounts.remove('ada');
    expect(await adding).toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    await removing;
    const again = await accounts.add('ada', optionsOf('ada'));
    expect(accounts.get('ada')).toBe(again);
    await accounts.remove('ada');
    expect(accounts.get('ada')).toBeUndefined();
    expect(await errorOf(again.getSession())).toMatchObject({ code: 'BETFAIR_CLOSED' });
  });

  it('ends neither the connections nor the calls of another account', async () => {
    const accounts = await start();
    const [ada, bob] = await Promise.all([
      accounts.add('ada', optionsOf('ada')),
      accounts.add('bob', optionsOf('bob')),
    ]);
    await ada.call('SportsAPING/v1.0/listEventTypes');
    let removing: Promise<void> | undefined;
    simulator.answer('SportsAPING/v1.0/listEventTypes', async () => {
      removing = accounts.remove('ada');
      await removing;
      return ['answered'];
    });
    await expect(bob.call('SportsAPING/v1.0/listEventTypes')).resolves.toEqual(['answered']);
    await removing;
  });

  it.each([
    ['default', 'is registered by a module'],
    ['nobody', 'asks for the Betfair account "nobody", which is not registered'],
  ])('must have been added: %s', async (name, message) => {
    const accounts = await start();
    expect(await errorOf(accounts.remove(name))).toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringContaining(message),
    });
  });
});

describe('at shutdown', () => {
  it('every account is closed, and no more are added', async () => {
    const accounts = await start();
    const ada = await accounts.add('ada', optionsOf('ada'));
    await ada.getSession();
    await app?.close();
    expect(await errorOf(ada.getSession())).toMatchObject({ code: 'BETFAIR_CLOSED' });
    expect(await errorOf(accounts.add('cyd', optionsOf('cyd')))).toMatchObject({
      code: 'BETFAIR_CLOSED',
    });
    expect(simulator.liveTokens('ada')).toHaveLength(1);
  });
  it('one that is still being added is closed, and holds nothing up', async () => {
    const accounts = await start();
    let closing: Promise<void> | undefined;
    class SlowStorage extends MemoryStorage {
      async open(): Promise<void> {
        const ended = lastValueFrom(app?.get(SessionService).events$ ?? EMPTY, {
          defaultValue: '',
        });
        closing = app?.close();
        await ended;
      }
    }
    const options = { ...optionsOf('ada'), storage: new SlowStorage(), keepAlive: true };
    const adding = accounts.add('ada', options);
    expect(await errorOf(adding)).toMatchObject({ code: 'BETFAIR_CLOSED' });
    await closing;
    expect(accounts.get('ada')).toBeUndefined();
    expect(simulator.counts.loginAttempts).toBe(0);
  });
});
