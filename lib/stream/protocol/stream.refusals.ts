import { explanation, hidesSecret } from '../../common/redact.js';
import { BetfairStreamError } from '../../errors/index.js';

/**
 * Codes in Betfair's specification with which the Stream API refuses a message. All of them end the connection, except
 * `SUBSCRIPTION_LIMIT_EXCEEDED`.
 */
export type StreamErrorCode =
  | 'NO_APP_KEY'
  | 'INVALID_APP_KEY'
  | 'NO_SESSION'
  | 'INVALID_SESSION_INFORMATION'
  | 'NOT_AUTHORIZED'
  | 'INVALID_INPUT'
  | 'INVALID_CLOCK'
  | 'UNEXPECTED_ERROR'
  | 'TIMEOUT'
  | 'SUBSCRIPTION_LIMIT_EXCEEDED'
  | 'INVALID_REQUEST'
  | 'CONNECTION_FAILED'
  | 'MAX_CONNECTION_LIMIT_EXCEEDED'
  | 'TOO_MANY_REQUESTS';

interface Verdict {
  /** Advice to the person who reads the error. */
  readonly advice: string;
  /** True if trying again does not help until somebody has changed something. */
  readonly needsPerson?: boolean;
  /** True if Betfair's explanation may be shown. Others quote the application key and the session. */
  readonly isExplained?: boolean;
}

const TEMPORARY: Verdict = { advice: 'This is usually temporary.' };
const KEY: Verdict = {
  advice: 'Set "applicationKey" (BETFAIR_APP_KEY) to an application key of this account.',
  needsPerson: true,
};

const VERDICTS: Readonly<Record<StreamErrorCode, Verdict>> = {
  NO_APP_KEY: KEY,
  INVALID_APP_KEY: KEY,
  NO_SESSION: {
    advice:
      'The session token did not reach Betfair. Check the proxies between this process and Betfair.',
  },
  INVALID_SESSION_INFORMATION: { advice: 'The session is checked, and replaced if it has ended.' },
  NOT_AUTHORIZED: {
    advice:
      'Have Betfair enable the application key for the Stream API. A key for delayed data may not be enough.',
    needsPerson: true,
  },
  INVALID_INPUT: {
    advice:
      "Betfair cannot read the subscription. Compare the filter and the fields with Betfair's Stream API specification.",
    needsPerson: true,
    isExplained: true,
  },
  INVALID_CLOCK: { advice: 'The stream begins again with an image.' },
  UNEXPECTED_ERROR: TEMPORARY,
  TIMEOUT: TEMPORARY,
  SUBSCRIPTION_LIMIT_EXCEEDED: {
    advice: 'Narrow "marketFilter": it matches more markets than Betfair allows the account.',
    needsPerson: true,
    isExplained: true,
  },
  INVALID_REQUEST: TEMPORARY,
  CONNECTION_FAILED: TEMPORARY,
  MAX_CONNECTION_LIMIT_EXCEEDED: {
    advice:
      'The account has as many connections as Betfair allows. Close some in other programs, or wait: Betfair may still count lost ones.',
  },
  TOO_MANY_REQUESTS: {
    advice: 'The account connects too often. The next attempt waits longer.',
  },
};

/** All codes of Betfair's specification. */
export const STREAM_ERROR_CODES: readonly string[] = Object.keys(VERDICTS);

/** Form of codes that may be shown. Anything else could be a secret. */
const CODE = /^[A-Z]{2,20}(?:_[A-Z]{1,20}){0,6}$/;

/**
 * Makes the error for a refusal by the Stream API. Its message, which is logged, never has Betfair's text.
 *
 * @param secrets - texts that must not be shown
 */
export function refusal(
  { errorCode, errorMessage }: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
): BetfairStreamError {
  const code = isCode(errorCode, secrets) ? errorCode : undefined;
  const verdict = isStreamErrorCode(code) ? VERDICTS[code] : TEMPORARY;
  const { advice, needsPerson = false, isExplained = false } = verdict;
  const reason = code ?? 'its code is unknown';
  return new BetfairStreamError(
    `Betfair's Stream API refused the connection: ${reason}. ${advice}`,
    {
      code: 'BETFAIR_STREAM_REFUSED',
      retryable: !needsPerson,
      errorCode: code,
      errorDetails: isExplained ? explanation(errorMessage, secrets) : undefined,
    },
  );
}

function isCode(code: unknown, secrets: readonly string[]): code is string {
  if (isStreamErrorCode(code)) return true;
  return typeof code === 'string' && CODE.test(code) && !hidesSecret(code, secrets);
}

/** Recognises the codes of Betfair's specification. */
export function isStreamErrorCode(code: unknown): code is StreamErrorCode {
  return typeof code === 'string' && Object.hasOwn(VERDICTS, code);
}
