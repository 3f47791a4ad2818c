import { safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';

/** What a failed request says about the object or the store; `'anonymous'`: no credentials were found to send. */
export type Verdict = StorageFailure | 'absent' | 'anonymous' | 'conflict';

/** What was asked of the store. */
export type CloudOperation = 'read' | 'write' | 'delete';

/** What is kept of an SDK's error; the rest may hold requests, replies and credentials. */
export interface CloudFault {
  /** The cloud's own word, such as `NoSuchBucket`, or a system code, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
}

/** How to speak of a store and its failures. */
export interface CloudWords {
  /** Such as `S3 bucket "sessions"`. */
  readonly place: string;
  /** Verdicts on the cloud's own codes; for others the HTTP status decides. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** The permissions that each operation needs, in the cloud's own words. */
  readonly permissions: Readonly<Record<CloudOperation, string>>;
  /** A sentence or two each: what to do. */
  readonly advice: Readonly<Record<Exclude<StorageFailure, 'denied'> | 'anonymous', string>>;
}

const BY_STATUS: Readonly<Record<number, Verdict>> = {
  401: 'denied',
  403: 'denied',
  408: 'unavailable',
  409: 'unavailable',
  412: 'conflict',
  429: 'unavailable',
  501: 'unsupported',
};

export function verdictOn({ code, status = 0 }: CloudFault, words: CloudWords): Verdict {
  const known = code !== undefined && Object.hasOwn(words.verdicts, code);
  const verdict = known ? words.verdicts[code] : BY_STATUS[status];
  if (verdict !== undefined) return verdict;
  return status >= 300 && status < 500 ? 'misconfigured' : 'unavailable';
}

const FAILED: Readonly<Record<StorageFailure, string>> = {
  denied: 'refused',
  misconfigured: 'cannot do',
  unavailable: 'did not manage',
  unsupported: 'has no conditional requests for',
};

/** The error for callers, from what an SDK threw. */
export function storageError(
  error: unknown,
  fault: CloudFault,
  verdict: StorageFailure | 'anonymous',
  operation: CloudOperation,
  key: string,
  words: CloudWords,
): SessionStorageError {
  const failure = verdict === 'anonymous' ? 'denied' : verdict;
  const advice =
    verdict === 'denied'
      ? `Its credentials must be valid and have ${words.permissions[operation]}.`
      : words.advice[verdict];
  const { code, status } = fault;
  const shown = word(code);
  const reason = [shown, status].filter((part) => part !== undefined).join(', ') || 'no answer';
  // With S3 this is the server's code again.
  const name = word(text(error, 'name'));
  const message = text(error, 'message');
  return new SessionStorageError(
    `The ${words.place} ${FAILED[failure]} a ${operation} of "${key}" (${reason}). ${advice}`,
    failure,
    { cause: safeCause({ name, message, code: shown, status }) },
  );
}

/** A server chooses its codes, and could put anything there. */
function word(code: string | undefined): string | undefined {
  return code?.match(/^\w[\w.-]{0,60}$/)?.[0];
}

/** A property of an SDK's error, if it is a text. */
export function text(value: unknown, property: string): string | undefined {
  const found = read(value, property);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A property of an SDK's error, if it is a number. */
export function number(value: unknown, property: string): number | undefined {
  const found = read(value, property);
  return typeof found === 'number' ? found : undefined;
}

/** A property of a value that may be anything. */
export function read(value: unknown, property: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, property) : undefined;
}
