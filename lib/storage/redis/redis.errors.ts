import { isRuntimeCode, safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError } from '../../errors/storage.errors.js';
import { read, text } from '../../common/unknown-values.js';
import { OTHERWISE, type RedisWords, type Verdict, VERDICTS } from './redis.advice.js';

/** Failure that was found here, where the server did not say that something failed. */
export class RedisFault extends Error {
  constructor(readonly code: 'READONLY' | 'STAGED_VALUE_LOST' | 'UNEXPECTED_REPLY') {
    super(code);
  }
}

/** valkey-glide has words of its own; a node of a cluster says three things that one who knows clusters never hears. */
const SYNONYMS: Readonly<Record<string, string>> = {
  PERMISSIONDENIED: 'NOPERM',
  BUSYLOADINGERROR: 'LOADING',
  NOSCRIPTERROR: 'NOSCRIPT',
  MOVED: 'CLUSTER_BY_URL',
  ASK: 'CLUSTER_BY_URL',
  CROSSSLOT: 'CLUSTER_BY_URL',
};
/** Words of a server after a mere `ERR`, and of clients without a code. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(unknown|unsupported) command|not support/i, 'UNKNOWN_COMMAND'],
  [/user executing the script can't|ACL failure in script/, 'NOPERM'],
  [/invalid password/, 'WRONGPASS'],
  [/DB index|SELECT is not allowed/, 'NO_DATABASE'],
  [/max number of clients/, 'NO_CONNECTION_LEFT'],
  [/subscriber mode/, 'SUBSCRIBER'],
  [/^Protocol error/, 'UNEXPECTED_REPLY'],
];
/** Places where the word of a server stands; Redis before 7 puts it into an error of the script, valkey-glide into one of its own. */
const SERVER_WORDS = [
  /@user_script: ?\d+: ?-?([A-Z]{3,})\b/,
  /^(?:An error was signalled by the server: - )?([A-Z]{3,}\b|[A-Z][A-Za-z]+(?=:))/,
];
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'OTHER_HOST'],
  [/^CERT_HAS_EXPIRED$/, 'EXPIRED'],
  [/CERTIFICATE_REQUIRED$/, 'CLIENT_CERTIFICATE'],
  [/^(EPROTO|ERR_(OSSL|SSL|TLS)_.*|UNABLE_TO_.*|.*CERT.*)$/, 'TLS_FAILED'],
];
/** Classes of errors of clients, and of mistakes in a program. */
const CLASSES: Readonly<Record<string, string>> = {
  ClientClosedError: 'NOT_CONNECTED',
  ClientOfflineError: 'NOT_CONNECTED',
  TypeError: 'SEND_FAILED',
  ReferenceError: 'SEND_FAILED',
};

/** The word by which a failure is known here; never the text of the server, which repeats arguments. */
export function codeOf(error: unknown): string | undefined {
  const code = text(error, 'code');
  if (code !== undefined) return CODES.find(([form]) => form.test(code))?.[1] ?? code;
  const message = text(error, 'message') ?? '';
  const found = SERVER_WORDS.map((form) => form.exec(message)?.[1]).find(Boolean);
  const word = found?.toUpperCase() ?? '';
  const known = SYNONYMS[word] ?? word;
  if (Object.hasOwn(VERDICTS, known)) return known;
  return TEXTS.find(([pattern]) => pattern.test(message))?.[1] ?? classOf(error);
}

/** A client over HTTP reports a network that failed as a `TypeError` with a cause. */
function classOf(error: unknown): string | undefined {
  const name = error instanceof Error ? error.constructor.name : '';
  const isNetworks = read(error, 'cause') !== undefined;
  return !isNetworks && Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
}

/** Finds out if the same may succeed later. */
export function mayPass(error: unknown): boolean {
  return verdictOn(codeOf(error)).failure === 'unavailable';
}

/**
 * The error for callers.
 *
 * @param doing what was asked, as a sentence goes on after "could not", up to the name of the server
 */
export function redisError(error: unknown, words: RedisWords, doing: string): SessionStorageError {
  const known = codeOf(error);
  const { failure, advice } = verdictOn(known);
  const code = [text(error, 'code'), known].find(isShown);
  return new SessionStorageError(
    `Could not ${doing} ${words.place} (${code ?? 'no answer'}). ${advice(words)}`,
    failure,
    // No text: those of a server repeat arguments.
    { cause: safeCause({ name: text(error, 'name'), code }) },
  );
}

function isShown(code: string | undefined): code is string {
  return code !== undefined && (isRuntimeCode(code) || Object.hasOwn(VERDICTS, code));
}

function verdictOn(code: string | undefined): Verdict {
  const known = code !== undefined && Object.hasOwn(VERDICTS, code) ? VERDICTS[code] : undefined;
  return known ?? OTHERWISE;
}
