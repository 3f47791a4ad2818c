import { Controller, Get, Post } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import {
  type BetfairSession,
  BetfairSessionInterceptor,
  BetfairSessionModule,
  CurrentSession,
  UseBetfairSession,
  type UseBetfairSessionOptions,
} from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { closeServed, serve } from '../../support/http-application.js';
import { serveHandler } from '../support/one-handler.js';
import { endAndRefuse, endAtCall } from '../support/refused-session.js';

afterEach(closeServed);

const ITALY = 'italy';

/** Serves a GET and a POST of a second account, whose session is dead in every run. */
async function serveItaly(
  simulator: BetfairSimulator,
  ofClass: UseBetfairSessionOptions,
  ofMethod: UseBetfairSessionOptions,
) {
  const keys: string[] = [];

  @Controller()
  @UseBetfairSession(ofClass)
  class ItalianController {
    @Get()
    @UseBetfairSession(ofMethod)
    get(@CurrentSession() { applicationKey }: BetfairSession) {
      keys.push(applicationKey);
      throw endAndRefuse({ simulator });
    }

    @Post()
    @UseBetfairSession(ofMethod)
    post(@CurrentSession(ITALY) { applicationKey }: BetfairSession) {
      keys.push(applicationKey);
      throw endAndRefuse({ simulator });
    }
  }

  const application = await serve(() => ({
    imports: [BetfairSessionModule.forRoot({ ...simulator.options('two'), name: ITALY })],
    controllers: [ItalianController],
  }));
  return { ...application, keys };
}

describe('the options of class and method are merged', () => {
  it.each<[string, UseBetfairSessionOptions, UseBetfairSessionOptions, 'GET' | 'POST', number]>([
    ['name of the class, never of the method', { name: ITALY }, { retry: 'never' }, 'GET', 1],
    ['never of the class, name of the method', { retry: 'never' }, { name: ITALY }, 'GET', 1],
    ['name of the class, once of the method', { name: ITALY }, { retry: 'once' }, 'POST', 2],
    ['once of the class, name of the method', { retry: 'once' }, { name: ITALY }, 'POST', 2],
    ['name of the class, nothing of the method', { name: ITALY }, {}, 'GET', 2],
    [
      'another name of the class',
      { name: () => 'unknown', retry: 'once' },
      { name: () => ITALY, retry: 'never' },
      'GET',
      1,
    ],
  ])('%s', async (_, ofClass, ofMethod, method, runs) => {
    await using simulator = await BetfairSimulator.start({
      accounts: [{ username: 'one' }, { username: 'two' }],
    });
    const application = await serveItaly(simulator, ofClass, ofMethod);
    expect((await application.get('/', { method })).status).toBe(500);
    expect(application.keys).toEqual(Array.from({ length: runs }, () => 'SimulatedAppKey2'));
    expect(simulator.account('two').logins).toBe(2);
    // The account without a name.
    expect(application.simulator.counts).toMatchObject({ loginAttempts: 0, keepAlives: 0 });
  });
});

describe('APP_INTERCEPTOR together with a decorator', () => {
  const providers = [{ provide: APP_INTERCEPTOR, useClass: BetfairSessionInterceptor }];

  it.each([
    ['on the class', { onClass: [UseBetfairSession()], onMethod: [Get()] }],
    ['on the method', { onClass: [], onMethod: [Get(), UseBetfairSession()] }],
    ['on both', { onClass: [UseBetfairSession()], onMethod: [Get(), UseBetfairSession()] }],
  ])('%s makes one session, and runs the handler twice at most', async (_, decorators) => {
    const { get, simulator, generations } = await serveHandler(
      (session, { raw }) => raw.axiosRest(session, 'listEventTypes').then(({ data }) => data),
      { ...decorators, providers },
    );
    await Promise.all([get('/'), get('/'), get('/')]);
    expect(generations).toEqual([1, 1, 1]);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0, calls: 3 });
    endAtCall(simulator, 'listEventTypes');
    expect((await get('/')).status).toBe(500);
    expect(generations).toEqual([1, 1, 1, 1, 2]);
    expect(simulator.counts).toMatchObject({ logins: 2, calls: 5 });
  });

  it("leaves a handler alone that says retry: 'never'", async () => {
    const { get, simulator, generations } = await serveHandler(
      (_session, betting) => endAndRefuse(betting),
      { onClass: [], onMethod: [Get(), UseBetfairSession({ retry: 'never' })], providers },
    );
    await get('/');
    expect(generations).toEqual([1]);
    expect(simulator.counts.logins).toBe(2);
  });
});
