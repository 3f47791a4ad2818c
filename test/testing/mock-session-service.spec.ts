import { inspect } from 'node:util';
import { create } from 'axios';
import {
  type ApiCallOutcome,
  attachBetfairSession,
  BetfairApiError,
  type BetfairSession,
  SessionService,
} from 'nestjs-betfair-session';
import { createTestSession, mockSessionService } from 'nestjs-betfair-session/testing';
import type { Observable } from 'rxjs';

const OPERATION = 'SportsAPING/v1.0/listEventTypes';

/** As an application has it: what it is given must be a `SessionService` for the compiler too. */
class Bot {
  constructor(readonly sessions: SessionService) {}
}

/** All that an observable emits while a few turns of the event loop pass, and whether it ended. */
async function emissionsOf(observable: Observable<unknown>) {
  const seen: unknown[] = [];
  const subscription = observable.subscribe({
    next: (value: unknown) => seen.push(value),
    complete: () => seen.push('completed'),
  });
  await new Promise((resolve) => setTimeout(resolve, 10));
  subscription.unsubscribe();
  return seen;
}

describe('mockSessionService()', () => {
  it('is a SessionService', () => {
    const { sessions } = new Bot(mockSessionService());
    expect(sessions).toBeInstanceOf(SessionService);
  });

  it('always has the session that it was given', async () => {
    const session = createTestSession({ token: 'given' });
    const sessions = mockSessionService({ session });
    expect(sessions.current).toBe(session);
    expect(await sessions.getSession()).toBe(session);
    expect(await sessions.refresh(session)).toBe(session);
    expect(await emissionsOf(sessions.session$)).toEqual([session]);
    expect(sessions.status).toEqual({ state: 'ready', persisted: true });
  });

  it('has a test session of its own otherwise', async () => {
    const sessions = mockSessionService();
    const { token } = await sessions.getSession();
    expect(token).toBe('test-token');
    expect(await sessions.getSession()).toBe(sessions.current);
  });

  it('has no events, and does at once what needs no answer', async () => {
    const sessions = mockSessionService();
    await Promise.all([sessions.keepAlive(), sessions.logout(), sessions.unblockLogin()]);
    sessions.onModuleDestroy();
    await sessions.onApplicationShutdown();
    expect(await emissionsOf(sessions.events$)).toEqual([]);
  });

  it('runs a function once with the session, even if it fails', async () => {
    const sessions = mockSessionService();
    const given: BetfairSession[] = [];
    const refusal = Object.assign(new Error('refused'), { errorCode: 'NO_SESSION' });
    await expect(
      sessions.run((session) => {
        given.push(session);
        throw refusal;
      }),
    ).rejects.toBe(refusal);
    expect(given).toEqual([sessions.current]);
    expect(await sessions.run(async () => 'done')).toBe('done');
  });

  it('answers call() as the test says, also with an error', async () => {
    const refusal = new BetfairApiError('Too much.', {
      operation: OPERATION,
      status: 200,
      errorCode: 'TOO_MUCH_DATA',
      retryable: false,
    });
    const sessions = mockSessionService({
      call: (operation, params) => {
        if (operation !== OPERATION) throw refusal;
        return [params];
      },
    });
    expect(await sessions.call<object[]>(OPERATION, { filter: {} })).toEqual([{ filter: {} }]);
    expect(await sessions.call(OPERATION)).toEqual([{}]);
    await expect(sessions.call('SportsAPING/v1.0/listMarketBook')).rejects.toBe(refusal);
  });

  it('answers callAll() and fetch() as the test says', async () => {
    const outcome: ApiCallOutcome = { status: 'fulfilled', value: 1 };
    const sessions = mockSessionService({
      callAll: (calls) => calls.map(() => outcome),
      fetch: (input, init) => Response.json([input, init?.method]),
    });
    const [first, second] = await sessions.callAll<[number, number]>([
      { operation: OPERATION },
      { operation: OPERATION },
    ]);
    expect([first, second]).toEqual([outcome, outcome]);
    const { fetch } = sessions;
    const response = await fetch('/path', { method: 'POST' });
    expect(await response.json()).toEqual(['/path', 'POST']);
  });

  it.each([
    ['call', (sessions: SessionService) => sessions.call(OPERATION)],
    ['callAll', (sessions: SessionService) => sessions.callAll([{ operation: OPERATION }])],
    ['fetch', (sessions: SessionService) => sessions.fetch('/path')],
  ])('rejects %s() without an answer, and says what to give', async (method, ask) => {
    await expect(ask(mockSessionService())).rejects.toThrow(
      new RegExp(`^${method}\\(\\) of a mocked.*Add one: mockSessionService\\(\\{ ${method}: `),
    );
  });

  it('answers the requests of an axios instance that is attached to it', async () => {
    const http = attachBetfairSession(
      create(),
      mockSessionService({ fetch: () => Response.json({ availableToBetBalance: 5 }) }),
    );
    const { data } = await http.post('/exchange/account/rest/v1.0/getAccountFunds/', {});
    expect(data).toEqual({ availableToBetBalance: 5 });
  });

  it('shows no token of its session', () => {
    const session = createTestSession({ token: 'canary', applicationKey: 'canary' });
    const sessions = mockSessionService({ session });
    expect(inspect(sessions, { depth: Infinity, showHidden: true })).not.toContain('canary');
    expect(JSON.stringify(sessions)).not.toContain('canary');
  });
});
