import { systemClock } from '../../common/clock.js';
import { safeCause, wordlessCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';
import { text } from '../../common/unknown-values.js';
import { type CredentialVariables, isLocal, localAdvice } from './cloud.local-fault.js';

/**
 * Reason for a failure. Finer than the one for callers: `'anonymous'` (no credentials were found), `'local'` (those of
 * this machine cannot be used), `'untrusted'` (no trusted TLS connection), `'skewed'` (the clock of this machine is
 * off).
 */
type CloudFailure = StorageFailure | 'anonymous' | 'local' | 'skewed' | 'untrusted';

/** Meaning of a failed request for the object or the store. */
export type Verdict = CloudFailure | 'absent' | 'conflict';

/** Operation of the store. */
export type CloudOperation = 'read' | 'write' | 'delete';

/** Part of an SDK's error that is safe to keep; the rest may hold requests, replies and credentials. */
export interface CloudFault {
  /** The cloud's own code, such as `NoSuchBucket`, or a system code, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** HTTP status, if there was an answer. */
  readonly status: number | undefined;
  readonly serverTime?: string | undefined;
  /** The file that could not be read. */
  readonly path?: string | undefined;
}

/** Texts about a store and its failures. */
export interface CloudWords {
  /** Name of the store, such as `S3 bucket "sessions"`. */
  readonly place: string;
  /** Verdicts on the cloud's own codes. The HTTP status decides on all others. */
  readonly verdicts: Readonly<Record<string, Verdict>>;
  /** The permissions that each operation needs, in the cloud's own words. */
  readonly permissions: Readonly<Record<CloudOperation, string>>;
  /** Advice for each failure, a sentence or two. */
  readonly advice: Readonly<Record<Exclude<StorageFailure, 'denied'> | 'anonymous', string>>;
  readonly credentials: CredentialVariables;
  faultOf(error: unknown): CloudFault;
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

/** Codes for a certificate that is not accepted, or a server that does not speak TLS. */
const UNTRUSTED =
  /^(?:UNABLE_TO_|ERR_TLS_CERT_|ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$|[A-Z_]*CERT)/;

export function verdictOn(error: unknown, words: CloudWords): Verdict {
  const { code, status, path } = words.faultOf(error);
  const known = code !== undefined && Object.hasOwn(words.verdicts, code);
  const verdict = known ? words.verdicts[code] : BY_STATUS[status ?? 0];
  if (verdict !== undefined) return verdict;
  if (status !== undefined) return status >= 300 && status < 500 ? 'misconfigured' : 'unavailable';
  if (code !== undefined && isLocal(code, path)) return 'local';
  return code !== undefined && UNTRUSTED.test(code) ? 'untrusted' : 'unavailable';
}

const TRIED: Readonly<Record<CloudOperation, (key: string) => string>> = {
  read: (key) => `read "${key}" from`,
  write: (key) => `write "${key}" to`,
  delete: (key) => `delete "${key}" from`,
};

/** The error for callers, from what an SDK threw. */
export function storageError(
  error: unknown,
  operation: CloudOperation,
  key: string,
  words: CloudWords,
): SessionStorageError {
  const verdict = verdictOn(error, words);
  // A create or a read is never answered like this by a store that is set up correctly.
  const failure = verdict === 'absent' || verdict === 'conflict' ? 'misconfigured' : verdict;
  const fault = words.faultOf(error);
  const { status } = fault;
  const code = word(fault.code);
  const reason = [code, status].filter((part) => part !== undefined).join(', ') || 'no answer';
  // For S3 the name repeats the server's code.
  const kept = { name: word(text(error, 'name')), message: text(error, 'message'), code, status };
  return new SessionStorageError(
    `Could not ${TRIED[operation](key)} ${words.place} (${reason}). ${adviceOn(failure, fault, operation, words)}`,
    toCallers(failure),
    // The system's text quotes the name of the file, which may be a key that was set by mistake.
    { cause: failure === 'local' ? wordlessCause(kept) : safeCause(kept) },
  );
}

function toCallers(failure: CloudFailure): StorageFailure {
  if (failure === 'anonymous') return 'denied';
  // These are faults of the machine's configuration.
  const isOfMachine = failure === 'local' || failure === 'skewed' || failure === 'untrusted';
  return isOfMachine ? 'misconfigured' : failure;
}

function adviceOn(
  failure: CloudFailure,
  { path, serverTime }: CloudFault,
  operation: CloudOperation,
  words: CloudWords,
): string {
  switch (failure) {
    case 'denied':
      return `Check that its credentials are valid and have ${words.permissions[operation]}.`;
    case 'local':
      return localAdvice(path, words.credentials, process.env);
    case 'skewed':
      return `The clock of this machine is ${minutesOff(serverTime)}off. Set it with NTP.`;
    case 'untrusted':
      return 'The TLS connection could not be trusted. Check that the endpoint speaks HTTPS and that the clock of this machine is right. If a company proxy signs the traffic, set NODE_EXTRA_CA_CERTS to the file with its authority.';
    case 'anonymous':
    case 'misconfigured':
    case 'unavailable':
    case 'unsupported':
      return words.advice[failure];
  }
}

function minutesOff(serverTime: string | undefined): string {
  const ms = Math.abs(systemClock.wall() - Date.parse(serverTime ?? ''));
  return Number.isNaN(ms) ? '' : `${Math.round(ms / 60_000)} minutes `;
}

/** Drops what does not look like a code: a server could put anything there. */
function word(code: string | undefined): string | undefined {
  return code?.match(/^\w[\w.-]{0,60}$/)?.[0];
}
