import { Controller, Get, Injectable, Post } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type BetfairSession,
  BetfairSessionModule,
  type BetfairSessionOptions,
  CurrentSession,
  getSessionOptionsToken,
  getSessionServiceToken,
  InjectSessionService,
  MemoryStorage,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import {
  createTestSession,
  mockSessionService,
  SESSION_CLOCK,
} from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { CountingClock } from '../support/counting.clock.js';

const OPTIONS: BetfairSessionOptions = {
  username: 'punter',
  password: 'secret',
  applicationKey: 'key',
  login: 'interactive',
  storage: 'mem://',
};

@Controller()
@UseBetfairSession()
class TokensController {
  @Get() token(@CurrentSession() session: BetfairSession) {
    return session.token;
  }

  @Get('italy')
  @UseBetfairSession({ name: 'italy' })
  italian(@CurrentSession('italy') session: BetfairSession) {
    return session.token;
  }

  @Post() refused(): never {
    throw Object.assign(new Error('refused'), { errorCode: 'INVALID_SESSION_INFORMATION' });
  }
}

@Injectable()
class Bot {
  constructor(
    readonly sessions: SessionService,
    @InjectSessionService('italy') readonly italian: SessionService,
  ) {}
}

/** A test of an application with two accounts, kept alive, whose start needs no network. */
function testOf(...imports: Parameters<typeof Test.createTestingModule>[0]['imports'] & object) {
  return Test.createTestingModule({
    imports: [
      BetfairSessionModule.forRoot({ ...OPTIONS, keepAlive: true }),
      BetfairSessionModule.forRoot({ ...OPTIONS, username: 'other', name: 'italy' }),
      ...imports,
    ],
    controllers: [TokensController],
    providers: [Bot],
  }).setLogger(new RecordingLogger());
}

/** What the application answers. */
async function get(module: TestingModule, ...paths: string[]): Promise<string[]> {
  const app = module.createNestApplication();
  try {
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const answers = paths.map(async (path) => (await fetch(url + path)).text());
    return await Promise.all(answers);
  } finally {
    await app.close();
  }
}

describe('a test overrides the service of', () => {
  it('the default account, which decorators and injection then get', async () => {
    const mock = mockSessionService({ session: createTestSession({ token: 'mocked' }) });
    const module = await testOf().overrideProvider(SessionService).useValue(mock).compile();
    expect(module.get(Bot).sessions).toBe(mock);
    expect(await get(module, '/')).toEqual(['mocked']);
  });

  it('a named account', async () => {
    const mock = mockSessionService({ session: createTestSession({ token: 'default' }) });
    const italian = mockSessionService({ session: createTestSession({ token: 'italian' }) });
    const module = await testOf()
      .overrideProvider(SessionService)
      .useValue(mock)
      .overrideProvider(getSessionServiceToken('italy'))
      .useValue(italian)
      .compile();
    expect(module.get(Bot).italian).toBe(italian);
    expect(await get(module, '/', '/italy')).toEqual(['default', 'italian']);
  });

  it('an account with a factory or a class', async () => {
    @Injectable()
    class OwnMock {
      readonly getSession = () => Promise.resolve(createTestSession());
    }
    const module = await testOf()
      .overrideProvider(SessionService)
      .useClass(OwnMock)
      .overrideProvider(getSessionServiceToken('italy'))
      .useFactory({ factory: () => mockSessionService() })
      .compile();
    expect(module.get<unknown>(SessionService)).toBeInstanceOf(OwnMock);
    expect(await get(module, '/italy')).toEqual(['test-token']);
  });

  it('an account with an object of some methods, which start and shutdown leave alone', async () => {
    const clock = new CountingClock();
    const fake = { getSession: () => Promise.resolve(createTestSession()) };
    const module = await testOf()
      .overrideProvider(SESSION_CLOCK)
      .useValue(clock)
      .overrideProvider(SessionService)
      .useValue(fake)
      .compile();
    await module.init();
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.timers).toBe(0);
    await module.close();
  });

  it('an account with one that can be kept alive, as the options say', async () => {
    let kept = 0;
    const mock = Object.assign(mockSessionService(), {
      keepAlive: async () => void (kept += 1),
    });
    const module = await testOf().overrideProvider(SessionService).useValue(mock).compile();
    await module.init();
    await module.close();
    expect(kept).toBe(1);
  });
});

describe('with an overridden service', () => {
  it('a handler that Betfair refused is answered with the refusal', async () => {
    const module = await testOf()
      .overrideProvider(SessionService)
      .useValue(mockSessionService())
      .compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    expect((await fetch(await app.getUrl(), { method: 'POST' })).status).toBe(500);
    await app.close();
  });

  it('the options may be overridden as well, and their factory is then never asked', async () => {
    const module = await Test.createTestingModule({
      imports: [
        BetfairSessionModule.forRootAsync({
          useFactory: () => {
            throw new Error('There are no credentials here.');
          },
        }),
      ],
    })
      .setLogger(new RecordingLogger())
      .overrideProvider(getSessionOptionsToken())
      .useValue(OPTIONS)
      .overrideProvider(SessionService)
      .useValue(mockSessionService())
      .compile();
    await module.init();
    expect(module.get(SessionService).current?.token).toBe('test-token');
    await module.close();
  });

  it('two accounts of one name are still refused', async () => {
    const compiled = testOf(BetfairSessionModule.forRoot({ ...OPTIONS, username: 'third' }))
      .overrideProvider(SessionService)
      .useValue(mockSessionService())
      .compile();
    await expect(compiled).rejects.toThrow('"default" is registered twice');
  });

  it('two real accounts cannot keep their tokens in one object', async () => {
    const shared = { storage: new MemoryStorage(), sessionKey: 'session.token' };
    const compiled = testOf(
      BetfairSessionModule.forRoot({ ...OPTIONS, ...shared, name: 'one' }),
      BetfairSessionModule.forRoot({ ...OPTIONS, ...shared, name: 'two' }),
    )
      .overrideProvider(SessionService)
      .useValue(mockSessionService())
      .compile();
    await expect(compiled).rejects.toThrow('keep their tokens in the same object "session.token"');
  });
});
