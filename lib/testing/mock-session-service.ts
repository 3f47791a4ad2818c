import { NEVER, type Observable, startWith } from 'rxjs';
import type { BetfairSession } from '../betfair-session.js';
import type { ApiCall, ApiCallOutcome } from '../calls/call/json-rpc.call.js';
import type { SessionSource } from '../calls/session-source.js';
import { systemClock } from '../common/clock.js';
import type { SessionEvent, SessionStatus } from '../session/events/session.events.js';
import { SessionService } from '../session/session.service.js';
import { createTestSession } from './create-test-session.js';

/** Answers of a mocked `SessionService`. A method without an answer rejects with an error that names it. */
export interface MockSessionServiceOptions {
  /** Its only session. @default that of `createTestSession()` */
  readonly session?: BetfairSession | undefined;
  /** Answers `call()` with the result of the operation. To refuse it, throw a `BetfairApiError`. */
  readonly call?: ((operation: string, params: object) => unknown) | undefined;
  /** Answers `callAll()` with one outcome for each call, in their order. */
  readonly callAll?:
    | ((
        calls: readonly ApiCall[],
      ) => readonly ApiCallOutcome[] | Promise<readonly ApiCallOutcome[]>)
    | undefined;
  /** Answers `fetch()`, also for an axios instance that is attached to the mock. */
  readonly fetch?:
    | ((input: string | URL | Request, init?: RequestInit) => Response | Promise<Response>)
    | undefined;
}

/**
 * Makes a `SessionService` for tests without network. It has one session, and gives the answers of the test. Inject it
 * instead of the real one: `overrideProvider(SessionService).useValue(mockSessionService({ … }))`.
 */
export function mockSessionService(options: MockSessionServiceOptions = {}): SessionService {
  const mock: unknown = new MockSessionService(options);
  if (mock instanceof SessionService) return mock;
  throw new TypeError('MockSessionService is not a SessionService.');
}

/** Public members of a service, so that the compiler finds missing ones. */
type Members = { readonly [Name in keyof SessionService]: SessionService[Name] };

class MockSessionService implements Members {
  static {
    // Not `extends`, which would open connections and a store that are never used.
    Object.setPrototypeOf(MockSessionService.prototype, SessionService.prototype);
  }

  readonly current: BetfairSession;
  readonly status: SessionStatus = { state: 'ready', persisted: true };
  readonly trouble = undefined;
  readonly session$: Observable<BetfairSession>;
  readonly events$: Observable<SessionEvent> = NEVER;
  readonly account: SessionSource = {
    account: 'mock',
    id: 'mock',
    api: 'https://api.betfair.com',
    streamServer() {
      throw new Error(
        'messages() of a BetfairStream was called, but its mocked SessionService has no Stream API. Replace the stream by an object with messages(), or use BetfairSimulator.',
      );
    },
    clock: systemClock,
    getSession: () => this.getSession(),
    accepted: () => undefined,
    refusedAgain: () => undefined,
    refused: async () => false,
    warn: () => undefined,
  };

  constructor(private readonly answers: MockSessionServiceOptions) {
    this.current = answers.session ?? createTestSession();
    this.session$ = NEVER.pipe(startWith(this.current));
  }

  async getSession(): Promise<BetfairSession> {
    return this.current;
  }

  takeSession(): Promise<BetfairSession> {
    return this.getSession();
  }

  resetLoginBudget(): void {}

  async refresh(): Promise<BetfairSession> {
    return this.current;
  }

  async run<T>(call: (session: BetfairSession) => Promise<T>): Promise<T> {
    return call(this.current);
  }

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { fetch } = this.answers;
    if (fetch) return fetch(input, init);
    throw unanswered('fetch', 'fetch: (input, init) => Response.json(…)');
  };

  call<T = unknown>(operation: string, params?: object): Promise<T>;
  async call(operation: string, params: object = {}): Promise<unknown> {
    const { call } = this.answers;
    if (call) return call(operation, params);
    throw unanswered('call', 'call: (operation, params) => result');
  }

  callAll<T extends readonly unknown[] = unknown[]>(calls: {
    readonly [K in keyof T]: ApiCall;
  }): Promise<{ [K in keyof T]: ApiCallOutcome<T[K]> }>;
  async callAll(calls: readonly ApiCall[]): Promise<readonly ApiCallOutcome[]> {
    const { callAll } = this.answers;
    if (callAll) return callAll(calls);
    throw unanswered('callAll', "callAll: (calls) => [{ status: 'fulfilled', value: … }]");
  }

  async keepAlive(): Promise<void> {}

  async logout(): Promise<void> {}

  async logoutForGood(): Promise<void> {}

  async unblockLogin(): Promise<void> {}

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  onModuleDestroy(): void {}

  async onApplicationShutdown(): Promise<void> {}
}

function unanswered(method: string, answer: string): Error {
  return new Error(
    `${method}() of a mocked SessionService was called, but the test gave it no answer. Add one: mockSessionService({ ${answer} }).`,
  );
}
