import { type DynamicModule, Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionServiceToken,
  InjectSessionService,
  MemoryStorage,
  SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';

let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start({
    accounts: [{ username: 'one' }, { username: 'two' }],
  });
});
afterAll(() => simulator.stop());

function compile(...imports: DynamicModule[]) {
  @Module({ imports })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] })
    .setLogger(new RecordingLogger())
    .compile();
}

function account(
  username: string,
  name?: string,
  overrides: Partial<BetfairSessionOptions> = {},
): DynamicModule {
  const options: BetfairSessionOptions = Object.assign(
    { ...simulator.options(username) },
    overrides,
  );
  return BetfairSessionModule.forRoot({ ...options, name });
}

const configuration = (...texts: string[]) => ({
  code: 'BETFAIR_CONFIGURATION',
  message: expect.stringMatching(new RegExp(texts.join('[^]*'))),
});

describe('the accounts of an application', () => {
  it('cannot be two without a name', async () => {
    await expect(compile(account('one'), account('two'))).rejects.toMatchObject(
      configuration('"default" is registered twice', "name: 'second'"),
    );
  });

  it('cannot be two of one name', async () => {
    const [one, two] = [account('one', 'mine'), account('two', 'mine')];
    await expect(compile(one, two)).rejects.toMatchObject(
      configuration('"mine" is registered twice'),
    );
  });

  it('cannot keep their tokens in one object of one store', async () => {
    const storage = new MemoryStorage();
    const shared = { storage, sessionKey: 'session.token' };
    await expect(
      compile(account('one', undefined, shared), account('two', 'second', shared)),
    ).rejects.toMatchObject(
      configuration('"default" and "second" keep their tokens in the same object', 'sessionKey'),
    );
    expect(simulator.requests).toEqual([]);
  });

  it.each([true, false])(
    'are told apart by what is stored where the store has no location (shared: %s)',
    async (isShared) => {
      const own = new MemoryStorage({ shared: isShared });
      const wrapped = (): SessionStorage => ({
        read: (...parameters) => own.read(...parameters),
        write: (...parameters) => own.write(...parameters),
        delete: (...parameters) => own.delete(...parameters),
        shared: isShared,
      });
      const { loginAttempts } = simulator.counts;
      const one = account('one', undefined, { storage: wrapped(), sessionKey: 'session.token' });
      const two = account('two', 'second', { storage: wrapped(), sessionKey: 'session.token' });
      const module = await compile(one, two);
      await module.get(SessionService, { strict: false }).getSession();
      const second = module.get<SessionService>(getSessionServiceToken('second'), {
        strict: false,
      });
      await expect(second.getSession()).rejects.toMatchObject(
        configuration('belongs to another Betfair account', 'sessionKey'),
      );
      expect(simulator.counts.loginAttempts).toBe(loginAttempts + 1);
      await module.close();
    },
  );

  it('can share a store under the keys that they have by default', async () => {
    const storage = new MemoryStorage();
    const module = await compile(
      account('one', undefined, { storage }),
      account('two', 'second', { storage }),
    );
    await module.close();
  });

  it('are injected by name, each with its own session', async () => {
    @Injectable()
    class Bot {
      constructor(
        readonly one: SessionService,
        @InjectSessionService('second') readonly two: SessionService,
        @Inject(getSessionServiceToken('default')) readonly same: SessionService,
      ) {}
    }
    @Module({ providers: [Bot] })
    class BotModule {}
    const module = await compile(account('one'), account('two', 'second'), {
      module: BotModule,
    });
    const { one, two, same } = module.get(Bot, { strict: false });
    expect(same).toBe(one);
    const [first, second] = await Promise.all([one.getSession(), two.getSession()]);
    expect(first.applicationKey).toBe('SimulatedAppKey1');
    expect(second.applicationKey).toBe('SimulatedAppKey2');
    await expect(one.refresh(second)).rejects.toMatchObject({ code: 'BETFAIR_FOREIGN_SESSION' });
    expect(one.current).toBe(first);
    await module.close();
  });

  it('do not bind other applications of the process', async () => {
    const modules = await Promise.all([compile(account('one')), compile(account('one'))]);
    await Promise.all(modules.map((module) => module.close()));
    expect(modules).toHaveLength(2);
  });
});
