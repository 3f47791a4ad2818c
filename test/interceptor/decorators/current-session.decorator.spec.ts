import { Controller, type ExecutionContext, Get, Module, Param } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  getSessionServiceToken,
  InjectSessionService,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../../support/application.js';
import { until } from '../../support/betting.js';
import { closeServed, serve } from '../../support/http-application.js';
import { endAndRefuse } from '../support/refused-session.js';

afterEach(closeServed);

const configuration = (message: string) =>
  expect.objectContaining({
    code: 'BETFAIR_CONFIGURATION',
    message: expect.stringContaining(message),
  });

function accountOf(context: ExecutionContext): string {
  return context.switchToHttp().getRequest<{ params: { account: string } }>().params.account;
}

@Controller('markets')
class MarketsController {
  @Get('without') without(@CurrentSession() session: BetfairSession) {
    return { generation: session.generation };
  }

  @Get('other')
  @UseBetfairSession()
  other(@CurrentSession('second') session: BetfairSession) {
    return { generation: session.generation };
  }

  @Get('of/:account')
  @UseBetfairSession({ name: accountOf })
  of(@CurrentSession() session: BetfairSession, @Param('account') account: string) {
    return { account, applicationKey: session.applicationKey };
  }
}

describe('@CurrentSession()', () => {
  it.each([
    [
      'without',
      '@CurrentSession() finds no session in MarketsController.without. Add @UseBetfairSession() to it.',
    ],
    [
      'other',
      "@CurrentSession('second') finds no session in MarketsController.other. The handler has the session of the account \"default\"; use @UseBetfairSession({ name: 'second' }).",
    ],
  ])('says what is missing: %s', async (route, advice) => {
    const { get, errors } = await serve(() => ({ controllers: [MarketsController] }));
    expect((await get(`/markets/${route}`)).status).toBe(500);
    expect(errors).toEqual([configuration(advice)]);
  });

  it('is the successor of a session that was refused, waited for where it is on its way', async () => {
    @Controller()
    @UseBetfairSession()
    class HandlerController {
      @Get() handle(@CurrentSession() session: BetfairSession) {
        return { generation: session.generation };
      }
    }
    const { get, simulator, sessions } = await serve(() => ({ controllers: [HandlerController] }));
    const refused = await sessions().getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { slow: 100 });
    const refresh = sessions().refresh(refused);
    await until(() => simulator.counts.loginAttempts === 2);
    expect(await (await get('/')).json()).toEqual({ generation: 2 });
    expect((await refresh).generation).toBe(2);
    expect(simulator.counts.logins).toBe(2);
  });

  it('is the session of the account that a function names for each call', async () => {
    await using simulator = await BetfairSimulator.start({
      accounts: [{ username: 'one' }, { username: 'two' }],
    });
    const { get, errors } = await serve(() => ({
      imports: [BetfairSessionModule.forRoot({ ...simulator.options('two'), name: 'second' })],
      controllers: [MarketsController],
    }));
    const keyOf = async (account: string) => (await get(`/markets/of/${account}`)).text();
    expect(await keyOf('default')).toContain('SimulatedAppKey1');
    expect(await keyOf('second')).toContain('SimulatedAppKey2');
    await keyOf('third');
    expect(errors).toEqual([
      configuration('"third", which is not registered. Registered accounts: default, second.'),
    ]);
  });

  it('refreshes the account that the handler is for, and no other', async () => {
    await using simulator = await BetfairSimulator.start({
      accounts: [{ username: 'one' }, { username: 'two' }],
    });
    const generations: number[] = [];
    @Controller()
    @UseBetfairSession({ name: 'second' })
    class SecondController {
      @Get() handle(@CurrentSession('second') session: BetfairSession) {
        generations.push(session.generation);
        if (session.generation === 1) throw endAndRefuse({ simulator });
        return 'done';
      }
    }
    @Module({
      imports: [
        BetfairSessionModule.forRoot(simulator.options('one')),
        BetfairSessionModule.forRoot({ ...simulator.options('two'), name: 'second' }),
      ],
      controllers: [SecondController],
    })
    class AppModule {}
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(new RecordingLogger())
      .compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    try {
      expect(await (await fetch(await app.getUrl())).text()).toBe('done');
      expect(generations).toEqual([1, 2]);
      const first = app.get<SessionService>(getSessionServiceToken(), { strict: false });
      expect(first.current).toBeUndefined();
      expect(simulator.account('one').logins).toBe(0);
      expect(simulator.account('two').logins).toBe(2);
    } finally {
      await app.close();
    }
  });

  it('stays that of its account when the handler runs again for the refusal of another', async () => {
    await using simulator = await BetfairSimulator.start({
      accounts: [{ username: 'one' }, { username: 'two' }],
    });
    const keys: string[] = [];
    @Controller()
    @UseBetfairSession()
    class MixedController {
      constructor(@InjectSessionService('second') private readonly second: SessionService) {}

      @Get() async handle(@CurrentSession() session: BetfairSession) {
        keys.push(session.applicationKey);
        const { generation } = await this.second.getSession();
        if (generation === 1) throw endAndRefuse({ simulator });
        return 'done';
      }
    }
    const own = await serve(() => ({
      imports: [BetfairSessionModule.forRoot({ ...simulator.options('two'), name: 'second' })],
      controllers: [MixedController],
    }));
    expect(await (await own.get('/')).text()).toBe('done');
    expect(keys).toEqual(['SimulatedAppKey1', 'SimulatedAppKey1']);
    expect(own.simulator.counts.logins).toBe(1);
    expect(simulator.account('two').logins).toBe(2);
  });
});
