import { systemClock } from '../../common/clock.js';
import { safeCause, wordlessCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';
import { text } from '../../common/unknown-values.js';
import { type CredentialVariables, isLocal, localAdvice } from './cloud.local-fault.js';

/**
 * Why a store did not do what it was asked. Beyond what callers tell apart: `'anonymous'`, no credentials were found to
 * send; `'local'`, there are some on this machine that cannot be used; `'untrusted'`, no TLS connection came about;
 * `'skewed'`, the clock of this machine is off.
 */
type CloudFailure = StorageFailure | 'anonymous' | 'local' | 'skewed' | 'untrusted';

/** What a failed request says about the object or the store. */
export type Verdict = CloudFailure | 'absent' | 'conflict';

/** What was asked of the store. */
export type CloudOperation = 'read' | 'write' | 'delete';

/** What is kept of an SDK's error; the rest may hold requests, replies and credentials. */
export interface CloudFault {
  /** The cloud's own word, such as `NoSuchBucket`, or a system code, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Time on the clock of the server. */
  readonly serverTime?: string | undefined;
  /** The file that could not be read. */
  readonly path?: string | undefined;
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

/** Codes of a server whose certificate is not accepted, or that does not speak TLS. */
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
  // Nothing to match and nothing to miss: what answers a create or a read like this is not such a store.
  const failure = verdict === 'absent' || verdict === 'conflict' ? 'misconfigured' : verdict;
  const fault = words.faultOf(error);
  const { status } = fault;
  const code = word(fault.code);
  const reason = [code, status].filter((part) => part !== undefined).join(', ') || 'no answer';
  // With S3 the name is the server's code again.
  const kept = { name: word(text(error, 'name')), message: text(error, 'message'), code, status };
  return new SessionStorageError(
    `Could not ${TRIED[operation](key)} ${words.place} (${reason}). ${adviceOn(failure, fault, operation, words)}`,
    toCallers(failure),
    // The system quotes what was taken for the name of a file, and that may be a key.
    { cause: failure === 'local' ? wordlessCause(kept) : safeCause(kept) },
  );
}

function toCallers(failure: CloudFailure): StorageFailure {
  if (failure === 'anonymous') return 'denied';
  // Here the configuration is that of the machine.
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
      return `Its credentials must be valid and have ${words.permissions[operation]}.`;
    case 'local':
      return localAdvice(path, words.credentials, process.env);
    case 'skewed':
      return `The clock of this machine is ${minutesOff(serverTime)}off: set it by NTP.`;
    case 'untrusted':
      return 'No trusted TLS connection came about. Check that the endpoint speaks HTTPS; if something in between signs the traffic, such as the proxy of a company, name its authority in NODE_EXTRA_CA_CERTS; and check the clock of this machine.';
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

/** A server chooses its codes, and could put anything there. */
function word(code: string | undefined): string | undefined {
  return code?.match(/^\w[\w.-]{0,60}$/)?.[0];
}
