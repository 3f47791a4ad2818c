import { Controller, Get, Injectable } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { create } from 'axios';
import {
  attachBetfairSession,
  type BetfairSession,
  BetfairSessionExceptionFilter,
  CurrentSession,
  getSessionServiceToken,
  getSessionStorageToken,
  InjectSessionService,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { createTestSession, resetLoginBudget } from 'nestjs-betfair-session/testing';
import { secretsOf, shownOf } from '../identity/support/secrets.js';
import { typesOf } from '../support/application.js';
import {
  placeOrders,
  post,
  RawClients,
  REST,
  RPC,
  rpcCall,
  sends,
  until,
} from '../support/betting.js';
import { CountingClock } from '../support/counting.clock.js';
import { alive, Invariants } from '../support/invariants/invariants.js';
import { account, afterwards, startProxied, startSimulator } from './proxied.application.js';
import { bindMethods, type Wrapper } from './wrappers.js';

const LIST = 'SportsAPING/v1.0/listEventTypes';
const SPORTS = [{ eventType: { name: 'Soccer' } }, { eventType: { name: 'Horse Racing' } }];

/** Calls Betfair with a client of its own, so that only the interceptor can see a refusal. */
let raw: RawClients;

@Controller('markets')
@UseBetfairSession()
class MarketsController {
  @Get()
  async list(@CurrentSession() session: BetfairSession): Promise<unknown> {
    return (await raw.axiosRest(session, 'listEventTypes')).data;
  }

  @Get('bruno')
  @UseBetfairSession({ name: 'bruno' })
  async other(@CurrentSession('bruno') session: BetfairSession): Promise<unknown> {
    return (await raw.axiosRest(session, 'listEventTypes')).data;
  }
}

@Controller()
class UnknownAccountController {
  @Get()
  @UseBetfairSession({ name: 'carla' })
  list(): void {}
}

@Injectable()
class Accounts {
  constructor(
    readonly alice: SessionService,
    @InjectSessionService('bruno') readonly bruno: SessionService,
  ) {}
}

/** An application with two accounts, the first of which keeps every invariant. */
async function start(wrapper: Wrapper, overrides = {}) {
  const before = alive();
  const simulator = await startSimulator({
    accounts: [{ username: 'alice' }, { username: 'bruno' }],
  });
  const invariants = new Invariants(simulator, before);
  afterwards(async () => expect(await invariants.end()).toEqual([]));
  raw = new RawClients(simulator);
  afterwards(() => raw.close());
  const options = { ...simulator.options(), storage: 'mem://', ...overrides };
  const application = await startProxied(wrapper, {
    imports: [
      ScheduleModule.forRoot(),
      account(simulator, options),
      account(simulator, { storage: 'mem://' }, 'bruno'),
    ],
    controllers: [MarketsController],
    providers: [Accounts, { provide: APP_FILTER, useClass: BetfairSessionExceptionFilter }],
  });
  const { app, logger } = application;
  const storage = app.get(getSessionStorageToken());
  const sessions = app.get(SessionService);
  invariants.watch({ sessions, storage, logger, clock: new CountingClock(), options });
  return { ...application, simulator, sessions, bruno: app.get(Accounts).bruno };
}

/** What holds of sessions, whatever wraps the providers of an application. */
export function sessionsAreServed(wrapper: () => Wrapper): void {
  it('a hundred handlers that are refused have their session replaced by one login', async () => {
    const { get, simulator } = await start(wrapper());
    await get('/markets');
    simulator.endSessions('alice');
    const answers = await Promise.all(Array.from({ length: 100 }, () => get('/markets')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await answers[0]?.json()).toMatchObject(SPORTS);
    expect(simulator.account('alice').logins).toBe(2);
  });

  it('a named account has its own session, in handlers and where it is injected', async () => {
    const { bruno, get, simulator, within } = await start(wrapper());
    expect((await get('/markets/bruno')).status).toBe(200);
    simulator.endSessions('bruno');
    expect((await get('/markets/bruno')).status).toBe(200);
    const [mine, other] = await within(async (alice) => [
      await alice.getSession(),
      await bruno.getSession(),
    ]);
    expect(mine?.token).not.toBe(other?.token);
    expect(simulator.account('alice').logins).toBe(1);
    expect(simulator.account('bruno').logins).toBe(2);
  });

  it('an account that is not registered is refused at start-up', async () => {
    const simulator = await startSimulator();
    const started = startProxied(wrapper(), {
      imports: [account(simulator, { storage: 'mem://' })],
      controllers: [UnknownAccountController],
    });
    await expect(started).rejects.toMatchObject({
      message: expect.stringContaining('"carla", which is not registered'),
    });
  });

  it('call(), callAll(), fetch() and run() survive the end of the session, each request sent twice', async () => {
    const { simulator, within } = await start(wrapper());
    const { id: order, ...rest } = placeOrders();
    await within((sessions) => sessions.getSession());
    const calls: readonly ((sessions: SessionService) => Promise<unknown>)[] = [
      (sessions) => sessions.call(LIST, { filter: {} }),
      (sessions) => sessions.callAll([{ operation: LIST, params: { filter: {} } }]),
      ({ fetch }) => fetch(RPC, post({ ...rest, id: order })),
      (sessions) =>
        sessions.run((session) => raw.json(session, rpcCall('listEventTypes', {}, 'raw'))),
    ];
    for (const call of calls) {
      simulator.endSessions('alice');
      await within(call);
    }
    expect(simulator.account('alice').logins).toBe(calls.length + 1);
    expect(sends(simulator)).toMatchObject({ order: 2, raw: 2 });
  });

  it('an order whose answer is lost is sent once', async () => {
    const { simulator, within } = await start(wrapper());
    await within((sessions) => sessions.getSession());
    simulator.fail('api', 'reset');
    const lost = within((sessions) => sessions.fetch(RPC, post(placeOrders())));
    await expect(lost).rejects.toThrow(TypeError);
    expect(sends(simulator)).toEqual({ order: 1 });
  });

  it('status, events$, session$, keepAlive(), refresh(), logout() and unblockLogin() work', async () => {
    const { simulator, sessions: outside, within } = await start(wrapper());
    const types = typesOf(outside);
    const generations: number[] = [];
    await within(async (sessions) => {
      expect(sessions.status.state).toBe('empty');
      sessions.session$.subscribe(({ generation }) => generations.push(generation));
      const session = await sessions.getSession();
      expect(sessions.current).toBe(session);
      expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
      await sessions.keepAlive();
      expect(await sessions.refresh(session)).toBe(session);
      await expect(sessions.refresh(createTestSession())).rejects.toMatchObject({
        code: 'BETFAIR_FOREIGN_SESSION',
      });
      await sessions.logout();
      await sessions.unblockLogin();
      expect((await sessions.getSession()).token).not.toBe(session.token);
    });
    expect(generations).toEqual([1, 2]);
    expect(types).toEqual(expect.arrayContaining(['loggedIn', 'keptAlive', 'loggedOut']));
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1 });
  });

  it('an attached axios has the session, by whichever proxy it is attached again', async () => {
    const { app, simulator, within } = await start(wrapper());
    const http = create();
    const list = async (sessions: SessionService) =>
      (await attachBetfairSession(http, sessions).post(`${REST}/listEventTypes/`, { filter: {} }))
        .data;
    expect(await within(list)).toMatchObject(SPORTS);
    simulator.endSessions('alice');
    expect(await list(bindMethods(app.get(SessionService)))).toMatchObject(SPORTS);
    const { bruno } = app.get(Accounts);
    expect(() => attachBetfairSession(http, bruno)).toThrow('another SessionService');
  });

  it('resetLoginBudget() forgets the logins of the minute', async () => {
    const { simulator, within } = await start(wrapper());
    for (let round = 0; round < 7; round += 1) {
      simulator.endSessions('alice');
      await within(async (sessions) => {
        resetLoginBudget(sessions);
        await sessions.call(LIST, { filter: {} });
      });
    }
    expect(simulator.account('alice').logins).toBe(7);
  });

  it('the keep-alive runs, is shown in the SchedulerRegistry, and ends with the application', async () => {
    const { app, close, simulator } = await start(wrapper(), { keepAlive: true });
    const registry = app.get(SchedulerRegistry, { strict: false });
    await until(() => registry.doesExist('timeout', 'betfair-session:default'));
    expect(simulator.counts.logins).toBe(1);
    await close();
    expect(registry.doesExist('timeout', 'betfair-session:default')).toBe(false);
  });

  it('a refused login is one attempt, answered by the filter, until it is unblocked', async () => {
    const { get, simulator, within } = await start(wrapper());
    const { password } = simulator.account('alice');
    simulator.account('alice').password = 'another';
    const answers = [await get('/markets'), await get('/markets')];
    expect(answers.map(({ status }) => status)).toEqual([502, 502]);
    expect(await answers[0]?.json()).toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED' });
    expect(simulator.counts.loginAttempts).toBe(1);
    simulator.account('alice').password = password;
    await within((sessions) => sessions.unblockLogin());
    expect((await get('/markets')).status).toBe(200);
  });

  it('a wait ends with the signal of the caller, and the application while a login hangs', async () => {
    const { close, simulator, within } = await start(wrapper());
    simulator.fail('certLogin', 'hung');
    const reason = new Error('given up');
    const wait = within((sessions) => sessions.getSession({ signal: abortedIn(50, reason) }));
    await expect(wait).rejects.toBe(reason);
    const began = performance.now();
    await close();
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  it('nothing that is shown of a service or a store holds a secret', async () => {
    const { app, logger, simulator, within } = await start(wrapper());
    const { token } = await within((sessions) => sessions.getSession());
    const secrets = secretsOf(simulator.options('alice'), [token]);
    const providers = [SessionService, getSessionServiceToken('bruno'), getSessionStorageToken()];
    const shown = [...providers.map((provider) => app.get(provider)), logger.lines].map(shownOf);
    for (const secret of secrets) expect(shown.join('\n')).not.toContain(secret);
  });
}

function abortedIn(ms: number, reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), ms);
  return controller.signal;
}
