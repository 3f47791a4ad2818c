import { type DynamicModule, Inject, Injectable, Module, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BetfairConfigurationError,
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionOptionsToken,
  getSessionServiceToken,
  getSessionStorageToken,
  InjectSessionService,
  MemoryStorage,
  SESSION_STORAGE,
  SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { errorOf, expectNoSecret } from './identity/support/secrets.js';
import { RecordingLogger } from './support/application.js';

const ITALIAN = 'italian & punter';
const logger = new RecordingLogger();
const open = new Set<TestingModule>();
let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start({ accounts: [{}, { username: ITALIAN }] });
});

afterEach(async () => {
  for (const module of open) await module.close();
  open.clear();
  logger.lines.length = 0;
});

afterAll(() => simulator.stop());

function builder(...imports: (DynamicModule | Type)[]) {
  @Module({ imports })
  class AppModule {}
  return Test.createTestingModule({ imports: [AppModule] }).setLogger(logger);
}

async function start(...imports: (DynamicModule | Type)[]): Promise<TestingModule> {
  const module = await builder(...imports).compile();
  open.add(module);
  return module.init();
}

/** Whose account it is: Betfair does not tell, the simulator does. */
async function ownerOf(sessions: SessionService): Promise<string | undefined> {
  const { token } = await sessions.getSession();
  return [simulator.options().username, ITALIAN].find((username) =>
    simulator.liveTokens(username).includes(token),
  );
}

/** A store and a source of options as an application would have them: with dependencies of their own. */
@Injectable()
class OwnStorage extends MemoryStorage {}

@Injectable()
class OptionsFactory {
  constructor(private readonly storage: OwnStorage) {}

  createBetfairSessionOptions(): BetfairSessionOptions {
    return { ...simulator.options(), storage: this.storage };
  }
}

@Module({ providers: [OwnStorage, OptionsFactory], exports: [OwnStorage, OptionsFactory] })
class StorageModule {}

describe('an account is registered', () => {
  it('by forRoot()', async () => {
    const app = await start(BetfairSessionModule.forRoot(simulator.options()));
    expect(await ownerOf(app.get(SessionService))).toBe(simulator.options().username);
    expect(app.get<unknown>(SESSION_STORAGE)).toBeInstanceOf(MemoryStorage);
  });

  const ways: Record<string, Parameters<typeof BetfairSessionModule.forRootAsync>[0]> = {
    'useFactory, and a store through inject': {
      imports: [StorageModule],
      inject: [OwnStorage],
      useFactory: async (storage: OwnStorage) => ({ ...simulator.options(), storage }),
    },
    useClass: { imports: [StorageModule], useClass: OptionsFactory },
    useExisting: { imports: [StorageModule], useExisting: OptionsFactory },
  };

  it.each(Object.entries(ways))('by forRootAsync() with %s', async (_, options) => {
    const app = await start(BetfairSessionModule.forRootAsync(options));
    const sessions = app.get(SessionService);
    expect(await ownerOf(sessions)).toBe(simulator.options().username);
    const storage = app.get<SessionStorage>(SESSION_STORAGE);
    expect(storage).toBe(app.get(OwnStorage));
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
  });

  it('without a login, a request or a file at start-up', async () => {
    const before = simulator.requests.length;
    await start(BetfairSessionModule.forRoot(simulator.options()));
    expect(simulator.requests).toHaveLength(before);
  });

  it('in a folder of its own where that is the store, which the log names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'module-'));
    try {
      const options = {
        ...simulator.options(),
        storage: `file:${folder}/data`,
        sessionKey: 'a.token',
      };
      const app = await start(BetfairSessionModule.forRoot(options));
      await app.get(SessionService).getSession();
      expect(await readdir(join(folder, 'data'))).toContain('a.token');
      expect(logger.lines.flat()).toContain(`Session tokens are kept in file:${folder}/data`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('another module injects the account', () => {
  @Injectable()
  class Bot {
    constructor(
      readonly sessions: SessionService,
      @Inject(SESSION_STORAGE) readonly storage: SessionStorage,
    ) {}
  }

  it.each([
    ['by default', {}],
    ['with isGlobal: true', { isGlobal: true }],
  ])('without importing anything %s', async (_, extras) => {
    @Module({ providers: [Bot] })
    class BotModule {}
    for (const registration of [
      BetfairSessionModule.forRoot({ ...simulator.options(), ...extras }),
      BetfairSessionModule.forRootAsync({ useFactory: () => simulator.options(), ...extras }),
    ]) {
      const app = await start(registration, BotModule);
      expect(app.get(Bot).sessions).toBe(app.get(SessionService));
      expect(app.get(Bot).storage).toBe(app.get(SESSION_STORAGE));
    }
  });

  it('only where it imports the registration, with isGlobal: false', async () => {
    for (const make of [
      () => BetfairSessionModule.forRoot({ ...simulator.options(), isGlobal: false }),
      () =>
        BetfairSessionModule.forRootAsync({
          useFactory: () => simulator.options(),
          isGlobal: false,
        }),
    ]) {
      @Module({ providers: [Bot] })
      class StrangerModule {}
      await expect(start(make(), StrangerModule)).rejects.toThrow(/SessionService/);

      @Module({ imports: [make()], providers: [Bot] })
      class BotModule {}
      const app = await start(BotModule);
      expect(app.get(Bot).sessions).toBe(app.get(SessionService, { strict: false }));
    }
  });
});

describe('several accounts', () => {
  it('have tokens of their own, and the class is the default one', async () => {
    @Injectable()
    class Bot {
      constructor(
        readonly standard: SessionService,
        @InjectSessionService() readonly same: SessionService,
        @InjectSessionService('italy') readonly italian: SessionService,
      ) {}
    }
    @Module({ providers: [Bot] })
    class BotModule {}
    const app = await start(
      BetfairSessionModule.forRoot(simulator.options()),
      BetfairSessionModule.forRootAsync({
        name: 'italy',
        useFactory: () => simulator.options(ITALIAN),
      }),
      BotModule,
    );
    const { standard, same, italian } = app.get(Bot);
    expect(app.get(SessionService)).toBe(standard);
    expect(app.get(getSessionServiceToken())).toBe(standard);
    expect(same).toBe(standard);
    expect(app.get(getSessionServiceToken('italy'))).toBe(italian);
    expect(italian).not.toBe(standard);
    expect(app.get(getSessionStorageToken('italy'))).not.toBe(app.get(getSessionStorageToken()));
    expect(await ownerOf(standard)).toBe(simulator.options().username);
    expect(await ownerOf(italian)).toBe(ITALIAN);
  });

  it('may all have names, in which case there is no default one', async () => {
    const app = await start(
      BetfairSessionModule.forRoot({ ...simulator.options(), name: 'one' }),
      BetfairSessionModule.forRoot({ ...simulator.options(ITALIAN), name: 'two' }),
    );
    expect(await ownerOf(app.get(getSessionServiceToken('two')))).toBe(ITALIAN);
    expect(() => app.get(SessionService)).toThrow(/SessionService/);
  });

  it.each([
    ['without a name', {}, {}, /"default" is registered twice.*a name/],
    ['of one name', { name: 'italy' }, { name: 'italy' }, /"italy" is registered twice/],
    ['of which one is called default', {}, { name: 'default' }, /"default" is registered twice/],
  ])('are refused when there are two %s', async (_, one, other, message) => {
    const error = await errorOf(
      start(
        BetfairSessionModule.forRoot({ ...simulator.options(), ...one }),
        BetfairSessionModule.forRoot({ ...simulator.options(ITALIAN), ...other }),
      ),
    );
    expect(error).toBeInstanceOf(BetfairConfigurationError);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('are refused when two keep their tokens in one place', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'module-'));
    const shared = new MemoryStorage();
    try {
      for (const [one, other] of [
        [shared, shared],
        [`file:${folder}`, `file://${folder}/`],
      ]) {
        const error = await errorOf(
          start(
            BetfairSessionModule.forRoot({
              ...simulator.options(),
              storage: one,
              sessionKey: 'session.token',
            }),
            BetfairSessionModule.forRoot({
              ...simulator.options(ITALIAN),
              name: 'italy',
              storage: other,
              sessionKey: 'session.token',
            }),
          ),
        );
        expect(error).toBeInstanceOf(BetfairConfigurationError);
        expect(error).toMatchObject({
          message: expect.stringMatching(
            /"(default|italy)" and "(default|italy)".*"session\.token"/,
          ),
        });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('may share a store, each with the key of its own that it has by default', async () => {
    const storage = new MemoryStorage();
    const app = await start(
      BetfairSessionModule.forRoot({ ...simulator.options(), storage }),
      BetfairSessionModule.forRoot({ ...simulator.options(ITALIAN), storage, name: 'italy' }),
    );
    expect(await ownerOf(app.get(SessionService))).toBe(simulator.options().username);
    expect(await ownerOf(app.get(getSessionServiceToken('italy')))).toBe(ITALIAN);
  });
});

describe('at start-up', () => {
  it('every fault of the options is named in one error, which shows no secret', async () => {
    const { certificate } = simulator.options();
    const error = await errorOf(
      start(
        BetfairSessionModule.forRoot({
          username: '',
          password: 'canary-password',
          applicationKey: 'canary key',
          certificate: { ...certificate, key: 'canary-private-key' },
          requestTimeout: -1,
          storage: 'mem://',
          sessionKey: '..',
        }),
      ),
    );
    expect(error).toBeInstanceOf(BetfairConfigurationError);
    expect(error).toMatchObject({
      faults: [
        expect.stringMatching(/^username/),
        expect.stringMatching(/^applicationKey/),
        expect.stringMatching(/^requestTimeout/),
        expect.stringMatching(/^sessionKey/),
        expect.stringMatching(/^certificate\.key/),
      ],
      message: expect.stringMatching(/5 faults/),
    });
    expectNoSecret([error, logger.lines], ['canary']);
  });

  it.each([
    ['name', { name: 'italy' }],
    ['isGlobal', { isGlobal: false }],
  ])('%s among the options that a factory returns is refused', async (option, extras) => {
    const returned = { ...simulator.options(), ...extras };
    const registration = BetfairSessionModule.forRootAsync({ useFactory: () => returned });
    await expect(start(registration)).rejects.toThrow(
      `"${option}" is an option of the module, not of the account: move it next to useFactory.`,
    );
  });

  it('what a factory throws is thrown', async () => {
    const failure = new Error('BETFAIR_USERNAME is not set');
    const useFactory = () => Promise.reject(failure);
    await expect(start(BetfairSessionModule.forRootAsync({ useFactory }))).rejects.toBe(failure);
  });
});

describe('a test overrides', () => {
  it('the options of one account, whose real factory is then never asked', async () => {
    let asked = 0;
    const useFactory = (): BetfairSessionOptions => {
      asked += 1;
      throw new Error('There are no credentials here.');
    };
    const app = await builder(
      BetfairSessionModule.forRootAsync({ useFactory }),
      BetfairSessionModule.forRootAsync({ name: 'italy', useFactory }),
    )
      .overrideProvider(getSessionOptionsToken())
      .useValue(simulator.options())
      .overrideProvider(getSessionOptionsToken('italy'))
      .useValue(simulator.options(ITALIAN))
      .compile();
    open.add(app);
    expect(await ownerOf(app.get(SessionService))).toBe(simulator.options().username);
    expect(await ownerOf(app.get(getSessionServiceToken('italy')))).toBe(ITALIAN);
    expect(asked).toBe(0);
  });

  it('the store, which the session is then kept in', async () => {
    const storage = new MemoryStorage();
    const options = { ...simulator.options(), sessionKey: 'session.token' };
    const app = await builder(BetfairSessionModule.forRoot(options))
      .overrideProvider(SESSION_STORAGE)
      .useValue(storage)
      .compile();
    open.add(app);
    const { token } = await app.get(SessionService).getSession();
    expect(await storage.read('session.token')).toMatchObject({ value: token });
  });

  it('the service itself', async () => {
    const fake = { getSession: () => Promise.reject(new Error('offline')) };
    const app = await builder(BetfairSessionModule.forRoot(simulator.options()))
      .overrideProvider(SessionService)
      .useValue(fake)
      .compile();
    open.add(app);
    expect(app.get<unknown>(SessionService)).toBe(fake);
  });
});
