import { jest } from '@jest/globals';
import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type BetfairSession,
  BetfairSessionModule,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { createTestSession, mockSessionService } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { RecordingFilter } from '../support/http-application.js';

@Controller()
@UseBetfairSession()
class Desk {
  @Get() token(@CurrentSession() session: BetfairSession) {
    return session.token;
  }
}

let app: INestApplication | undefined;

afterEach(() => app?.close());

/** What a controller answers, and what it failed with. */
async function ask(module: TestingModule) {
  const filter = new RecordingFilter();
  app = module.createNestApplication();
  app.useGlobalFilters(filter);
  await app.listen(0, '127.0.0.1');
  const answer = await fetch(await app.getUrl());
  return { status: answer.status, text: await answer.text(), errors: filter.errors };
}

/** An application in a test whose service is replaced. */
function overriddenBy(standIn: object): Promise<TestingModule> {
  const options = {
    username: 'punter',
    password: 'secret',
    applicationKey: 'key',
    storage: 'mem://',
  };
  return Test.createTestingModule({
    imports: [BetfairSessionModule.forRoot({ ...options, login: 'interactive' })],
    controllers: [Desk],
  })
    .setLogger(new RecordingLogger())
    .overrideProvider(SessionService)
    .useValue(standIn)
    .compile();
}

/** A test of the controller alone. */
function aloneWith(standIn: object): Promise<TestingModule> {
  return Test.createTestingModule({
    controllers: [Desk],
    providers: [{ provide: SessionService, useValue: standIn }],
  }).compile();
}

const WAYS: [string, (standIn: object) => Promise<TestingModule>][] = [
  ['overrideProvider()', overriddenBy],
  ['a provider without the module', aloneWith],
];

describe.each(WAYS)('a stand-in for the service, by %s', (_, compile) => {
  it.each<[string, object]>([
    ['without getSession()', { call: async () => [] }],
    ['whose getSession() gives nothing', { getSession: jest.fn() }],
    ['whose getSession() gives an object without a token', { getSession: async () => ({}) }],
    ['whose getSession() gives a token alone', { getSession: async () => ({ token: 'token' }) }],
    ['whose getSession() gives a text', { getSession: () => 'token' }],
    ['that is an automatic mock', { getSession: jest.fn(), takeSession: jest.fn() }],
  ])('%s fails the handler with what to use instead', async (_name, standIn) => {
    const { status, errors } = await ask(await compile(standIn));
    expect(status).toBe(500);
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'BETFAIR_CONFIGURATION',
        message: expect.stringMatching(
          /"default".* replaced .*Replace it with mockSessionService\(\)/,
        ),
      }),
    ]);
  });

  it.each<[string, () => object]>([
    ['mockSessionService()', () => mockSessionService()],
    ['an object with getSession()', () => ({ getSession: async () => createTestSession() })],
    ['a getSession() that is no promise', () => ({ getSession: () => createTestSession() })],
  ])('gives the handler its session: %s', async (_name, make) => {
    expect(await ask(await compile(make()))).toEqual({
      status: 200,
      text: 'test-token',
      errors: [],
    });
  });

  it('fails the handler with what its getSession() was made to fail with', async () => {
    const mock = mockSessionService();
    const outage = new Error('Betfair is down.');
    jest.spyOn(mock, 'getSession').mockRejectedValue(outage);
    const { status, errors } = await ask(await compile(mock));
    expect(status).toBe(500);
    expect(errors).toEqual([outage]);
  });

  it('gives the handler the session that its getSession() was made to give', async () => {
    const mock = mockSessionService();
    jest.spyOn(mock, 'getSession').mockResolvedValueOnce(createTestSession({ token: 'other' }));
    expect(await ask(await compile(mock))).toMatchObject({ status: 200, text: 'other' });
  });
});

it('a stand-in without the module is that of every account', async () => {
  @Controller()
  @UseBetfairSession({ name: 'italy' })
  class ItalianDesk {
    @Get() token(@CurrentSession('italy') session: BetfairSession) {
      return session.token;
    }
  }
  const module = await Test.createTestingModule({
    controllers: [ItalianDesk],
    providers: [{ provide: SessionService, useValue: mockSessionService() }],
  }).compile();
  expect(await ask(module)).toMatchObject({ status: 200, text: 'test-token' });
});
