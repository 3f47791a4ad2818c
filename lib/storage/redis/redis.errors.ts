import { isRuntimeCode, safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError } from '../../errors/storage.errors.js';
import { read, text } from '../../common/unknown-values.js';
import type { Verdict } from '../remote/remote.verdict.js';
import { type RedisWords, UNKNOWN_FAILURE, VERDICTS } from './redis.advice.js';

/** Failure that the store found itself, in a reply that is not an error. */
export class RedisFault extends Error {
  constructor(readonly code: 'READONLY' | 'STAGED_VALUE_LOST' | 'UNEXPECTED_REPLY') {
    super(code);
  }
}

/**
 * Other names of known codes: those of valkey-glide, and three that a cluster node sends to a client that knows no
 * clusters.
 */
const SYNONYMS: Readonly<Record<string, string>> = {
  PERMISSIONDENIED: 'NOPERM',
  BUSYLOADINGERROR: 'LOADING',
  NOSCRIPTERROR: 'NOSCRIPT',
  MOVED: 'CLUSTER_BY_URL',
  ASK: 'CLUSTER_BY_URL',
  CROSSSLOT: 'CLUSTER_BY_URL',
};
/** Texts of a server after a plain `ERR`, and of clients without a code. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(unknown|unsupported) command|not support/i, 'UNKNOWN_COMMAND'],
  [/user executing the script can't|ACL failure in script/, 'NOPERM'],
  [/invalid password/, 'WRONGPASS'],
  [/DB index|SELECT is not allowed/, 'NO_DATABASE'],
  [/max number of clients/, 'NO_CONNECTION_LEFT'],
  [/subscriber mode/, 'SUBSCRIBER'],
  [/^Protocol error/, 'UNEXPECTED_REPLY'],
];
/**
 * Places of the server's code in a text. Redis before 7 puts it into a script error, valkey-glide into its own error.
 */
const SERVER_CODES = [
  /@user_script: ?\d+: ?-?([A-Z]{3,})\b/,
  /^(?:An error was signalled by the server: - )?([A-Z]{3,}\b|[A-Z][A-Za-z]+(?=:))/,
];
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'OTHER_HOST'],
  [/^CERT_HAS_EXPIRED$/, 'EXPIRED'],
  [/CERTIFICATE_REQUIRED$/, 'CLIENT_CERTIFICATE'],
  [/^(EPROTO|ERR_(OSSL|SSL|TLS)_.*|UNABLE_TO_.*|.*CERT.*)$/, 'TLS_FAILED'],
];
/** Classes of client errors and of programming mistakes. */
const CLASSES: Readonly<Record<string, string>> = {
  ClientClosedError: 'NOT_CONNECTED',
  ClientOfflineError: 'NOT_CONNECTED',
  TypeError: 'SEND_FAILED',
  ReferenceError: 'SEND_FAILED',
};

/** Finds the code of a failure. It is never the server's text, which repeats arguments. */
export function codeOf(error: unknown): string | undefined {
  const code = text(error, 'code');
  if (code !== undefined) return CODES.find(([form]) => form.test(code))?.[1] ?? code;
  const message = text(error, 'message') ?? '';
  const found = SERVER_CODES.map((form) => form.exec(message)?.[1]).find(Boolean);
  const word = found?.toUpperCase() ?? '';
  const known = SYNONYMS[word] ?? word;
  if (Object.hasOwn(VERDICTS, known)) return known;
  return TEXTS.find(([pattern]) => pattern.test(message))?.[1] ?? classOf(error);
}

/** Code for a class of error. A client over HTTP reports a network failure as a `TypeError` with a cause. */
function classOf(error: unknown): string | undefined {
  const name = error instanceof Error ? error.constructor.name : '';
  const isNetworkFailure = read(error, 'cause') !== undefined;
  return !isNetworkFailure && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

/** Tells if the same command may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  return verdictOn(codeOf(error)).failure === 'unavailable';
}

/**
 * Makes the error for callers.
 *
 * @param doing - text such as `read "k" from`
 */
export function redisError(error: unknown, words: RedisWords, doing: string): SessionStorageError {
  const known = codeOf(error);
  const { failure, advice } = verdictOn(known);
  const code = [text(error, 'code'), known].find(isShown);
  return new SessionStorageError(
    `Could not ${doing} ${words.place} (${code ?? 'no answer'}). ${advice(words)}`,
    failure,
    // No text: a server repeats arguments.
    { cause: safeCause({ name: text(error, 'name'), code }) },
  );
}

function isShown(code: string | undefined): code is string {
  return code !== undefined && (isRuntimeCode(code) || Object.hasOwn(VERDICTS, code));
}

function verdictOn(code: string | undefined): Verdict<RedisWords> {
  const known = code !== undefined && Object.hasOwn(VERDICTS, code) ? VERDICTS[code] : undefined;
  return known ?? UNKNOWN_FAILURE;
}
