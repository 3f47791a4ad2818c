import type { BetfairSessionErrorCode } from '../errors/index.js';
import { UNKNOWN_ERROR } from './other-contexts.js';

const FAULT = [500, UNKNOWN_ERROR] as const;
const NO_STORE = [503, 'The session store cannot be used at the moment.'] as const;

/** HTTP status and message by error code; 500 is a fault of the application or its configuration. */
export const REPLIES = {
  BETFAIR_API_ERROR: [502, 'Betfair answered a call with an error.'],
  BETFAIR_CLOSED: [503, 'The application is shutting down.'],
  BETFAIR_CONFIGURATION: FAULT,
  BETFAIR_FOREIGN_SESSION: FAULT,
  BETFAIR_FOREIGN_URL: FAULT,
  BETFAIR_IDENTITY_UNAVAILABLE: [503, 'No session can be had from Betfair at the moment.'],
  BETFAIR_KEEP_ALIVE_REJECTED: [502, 'Betfair refused to keep the session alive.'],
  BETFAIR_LOGIN_BLOCKED: [503, 'Logins to Betfair are held back.'],
  BETFAIR_LOGIN_REJECTED: [502, 'Betfair refused the login.'],
  BETFAIR_LOGOUT_REJECTED: [502, 'Betfair refused the logout.'],
  BETFAIR_MISSING_PACKAGE: FAULT,
  BETFAIR_RUN_ABANDONED: FAULT,
  BETFAIR_STORAGE_CONFLICT: NO_STORE,
  BETFAIR_STORAGE_DENIED: FAULT,
  BETFAIR_STORAGE_MISCONFIGURED: FAULT,
  BETFAIR_STORAGE_UNAVAILABLE: NO_STORE,
  BETFAIR_STORAGE_UNSUPPORTED: FAULT,
  BETFAIR_STREAM_LOST: [503, 'The stream from Betfair was lost.'],
  BETFAIR_STREAM_REFUSED: [502, 'Betfair refused the stream.'],
} as const satisfies Record<
  BetfairSessionErrorCode,
  readonly [status: 500 | 502 | 503, message: string]
>;
