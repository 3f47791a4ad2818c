import { BetfairSession } from '../betfair-session.js';

/** Members of a test session. */
export interface TestSessionOptions {
  /** The session token. @default 'test-token' */
  readonly token?: string | undefined;
  /** The application key. @default 'test-application-key' */
  readonly applicationKey?: string | undefined;
}

/** Makes a session for unit tests. It belongs to no account, so no `SessionService` renews it. */
export function createTestSession({
  token = 'test-token',
  applicationKey = 'test-application-key',
}: TestSessionOptions = {}): BetfairSession {
  return new BetfairSession({ token, applicationKey, generation: 1 });
}
