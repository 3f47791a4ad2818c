import { safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';
import { text } from '../remote/foreign.fields.js';

/** What was found here, where the server did not say that something failed. */
export class RedisFault extends Error {
  constructor(readonly code: 'READONLY' | 'STAGED_VALUE_LOST' | 'UNEXPECTED_REPLY') {
    super(code);
  }
}

interface Verdict {
  readonly failure: StorageFailure;
  /** A sentence or two: what to do. */
  readonly advice: string;
}

const denied = (advice: string): Verdict => ({ failure: 'denied', advice });
const misconfigured = (advice: string): Verdict => ({ failure: 'misconfigured', advice });
const unavailable = (advice: string): Verdict => ({ failure: 'unavailable', advice });
const unsupported = (advice: string): Verdict => ({ failure: 'unsupported', advice });

/** By the first word of an error of the server, or by names of ours for what it says without one. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  NOAUTH: denied('It asks for a password: write it into the URL, redis://user:password@host.'),
  WRONGPASS: denied('Correct the user and the password, or enable the user.'),
  NOPERM: denied(
    'Its user needs the rights ~{<prefix>* +get +set +eval +del +exists +rename +persist, and +select if the URL has a database.',
  ),
  DENIED: denied('It is in protected mode and takes local connections only: give it a password.'),
  CLUSTER_BY_URL: misconfigured(
    'It is a cluster: hand in a cluster client, new RedisStorage({ send }).',
  ),
  NO_DATABASE: misconfigured('It has no database of that number: correct the path of the URL.'),
  TLS_FAILED: misconfigured(
    'Use rediss:// for a server with TLS and redis:// for one without. Name an authority of its own with ca_file in the URL, or with ca.',
  ),
  WRONGTYPE: misconfigured('Something else has that name there: choose another prefix.'),
  UNEXPECTED_REPLY: misconfigured(
    'The function send must return the reply of its client as it is: a text, a Buffer or null.',
  ),
  UNKNOWN_COMMAND: unsupported(
    'Use a Redis or Valkey that knows GET, SET and EVAL, not a Sentinel or a proxy without scripts, or another storage.',
  ),
  NOSCRIPT: unsupported('Its client must send EVAL as it is.'),
  READONLY: unavailable(
    'It is a replica. During a failover this is temporary; otherwise connect to the primary.',
  ),
  MASTERDOWN: unavailable('It is a replica without its primary. Connect to the primary.'),
  LOADING: unavailable('It is loading its data, which ends by itself.'),
  CLUSTERDOWN: unavailable('A part of the cluster has no primary. Check its nodes.'),
  OOM: unavailable('Its memory is full. Raise maxmemory, or remove what fills it.'),
  MISCONF: unavailable('It cannot save to its disk, and takes no writes. Check the disk.'),
  STAGED_VALUE_LOST: unavailable('It lost a new value within a moment. Check its memory.'),
};
const OTHERWISE = unavailable(
  'This is usually temporary. Check the network, the address and the server, and that the URL is rediss:// for one with TLS and redis:// for one without.',
);

/** valkey-glide has words of its own. */
const SYNONYMS: Readonly<Record<string, string>> = {
  PERMISSIONDENIED: 'NOPERM',
  BUSYLOADINGERROR: 'LOADING',
  NOSCRIPTERROR: 'NOSCRIPT',
  MOVED: 'CLUSTER_BY_URL',
  ASK: 'CLUSTER_BY_URL',
};
/** What a server says after a mere `ERR`. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/(unknown|unsupported) command|not support/i, 'UNKNOWN_COMMAND'],
  [/user executing the script can't/, 'NOPERM'],
  [/invalid password/, 'WRONGPASS'],
  [/DB index|SELECT is not allowed/, 'NO_DATABASE'],
];
/** Where the word of a server stands; Redis before 7 puts it into an error of the script, valkey-glide into one of its own. */
const SERVER_WORDS = [
  /@user_script: ?\d+: ?-?([A-Z]{3,})\b/,
  /^(?:An error was signalled by the server: - )?([A-Z]{3,}\b|[A-Z][A-Za-z]+(?=:))/,
];
const TLS_CODE = /^(EPROTO|ERR_(OSSL|SSL|TLS)_.*|UNABLE_TO_.*|.*CERT.*)$/;

/** The word by which a failure is known here; never the text of the server, which repeats arguments. */
export function codeOf(error: unknown): string | undefined {
  const code = text(error, 'code');
  if (code !== undefined) return TLS_CODE.test(code) ? 'TLS_FAILED' : code;
  const message = text(error, 'message') ?? '';
  const found = SERVER_WORDS.map((form) => form.exec(message)?.[1]).find(Boolean);
  const word = found?.toUpperCase() ?? '';
  const known = SYNONYMS[word] ?? word;
  if (Object.hasOwn(VERDICTS, known)) return known;
  return TEXTS.find(([pattern]) => pattern.test(message))?.[1];
}

/** How to speak of a store and its rights. */
export interface RedisWords {
  /** Such as `Redis at host:6379`. */
  readonly place: string;
  readonly prefix: string;
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
export function redisError(
  error: unknown,
  { place, prefix }: RedisWords,
  doing: string,
): SessionStorageError {
  const code = codeOf(error);
  const { failure, advice } = verdictOn(code);
  const shown = code?.match(/^\w{1,60}$/)?.[0];
  return new SessionStorageError(
    `Could not ${doing} ${place} (${shown ?? 'no answer'}). ${advice.replace('<prefix>', prefix)}`,
    failure,
    { cause: causeOf(error, shown) },
  );
}

/** Without a code of the runtime it is an error of the server or of a client, and keeps no text. */
function causeOf(error: unknown, code: string | undefined): Error {
  const [name, message] = [text(error, 'name'), text(error, 'message')];
  return safeCause({ name, message, code: text(error, 'code') ?? code });
}

function verdictOn(code: string | undefined): Verdict {
  const known = code !== undefined && Object.hasOwn(VERDICTS, code) ? VERDICTS[code] : undefined;
  return known ?? OTHERWISE;
}
