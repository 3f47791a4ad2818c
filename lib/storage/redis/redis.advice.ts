import type { StorageFailure } from '../../errors/storage.errors.js';

/** How a client is reached, which decides what a person can do. */
export interface RedisWords {
  /** Such as `Redis at host:6379`. */
  readonly place: string;
  readonly prefix: string;
  /** `false`: on a client that was handed in. */
  readonly isByUrl: boolean;
}

/** A kind of failure, and a sentence or two: what to do. */
export interface Verdict {
  readonly failure: StorageFailure;
  readonly advice: (words: RedisWords) => string;
}

type Advice = string | Verdict['advice'];

const verdict = (failure: StorageFailure, advice: Advice): Verdict => ({
  failure,
  advice: typeof advice === 'string' ? () => advice : advice,
});
const denied = (advice: Advice) => verdict('denied', advice);
const misconfigured = (advice: Advice) => verdict('misconfigured', advice);
const unavailable = (advice: Advice) => verdict('unavailable', advice);
const unsupported = (advice: Advice) => verdict('unsupported', advice);

/** By the first word of an error of the server, or by names of ours for what is said without one. */
export const VERDICTS: Readonly<Record<string, Verdict>> = {
  NOAUTH: denied(({ isByUrl }) =>
    isByUrl
      ? 'It asks for a password: write it into the URL, redis://user:password@host.'
      : 'It asks for a password: give it to the client.',
  ),
  WRONGPASS: denied('Correct the user and the password, or enable the user.'),
  NOPERM: denied(
    ({ prefix }) =>
      `Its user needs the rights ~{${prefix}* +get +set +eval +del +exists +rename +persist, and +select if the URL has a database.`,
  ),
  DENIED: denied('It is in protected mode and takes local connections only: give it a password.'),
  CLUSTER_BY_URL: misconfigured(
    'It is a cluster: hand in a cluster client, new RedisStorage({ send }).',
  ),
  NO_DATABASE: misconfigured('It has no database of that number: correct the path of the URL.'),
  TLS_FAILED: misconfigured(
    'Use rediss:// for a server with TLS and redis:// for one without. Name an authority of its own with ca_file in the URL, or with ca.',
  ),
  EXPIRED: misconfigured('Its certificate has expired: renew it on the server.'),
  OTHER_HOST: misconfigured('Its certificate is for another host: write that host into the URL.'),
  CLIENT_CERTIFICATE: misconfigured(
    'It asks for a client certificate: hand in a client that has one, new RedisStorage({ send }).',
  ),
  WRONGTYPE: misconfigured('Something else has that name there: choose another prefix.'),
  UNEXPECTED_REPLY: misconfigured(({ isByUrl }) =>
    isByUrl
      ? 'What answers there is no Redis: check host and port.'
      : 'The function send must return the reply of its client as it is: a text, a Buffer or null.',
  ),
  SEND_FAILED: misconfigured(
    'The function send does not fit its client. Copy the line for that client, and its version, from the documentation.',
  ),
  SUBSCRIBER: misconfigured('The client is in subscriber mode: hand in another one.'),
  UNKNOWN_COMMAND: unsupported(
    'Use a Redis or Valkey that knows GET, SET and EVAL, not a Sentinel or a proxy without scripts, or another storage.',
  ),
  NOSCRIPT: unsupported('Its client must send EVAL as it is.'),
  NOT_CONNECTED: unavailable('The client is not connected: connect it before the application.'),
  READONLY: unavailable(
    'It is a replica. During a failover this is temporary; otherwise connect to the primary.',
  ),
  MASTERDOWN: unavailable('It is a replica without its primary. Connect to the primary.'),
  NOREPLICAS: unavailable('It has too few replicas to take writes. Check them.'),
  LOADING: unavailable('It is loading its data, which takes a while.'),
  BUSY: unavailable('A script runs there without end. SCRIPT KILL ends it.'),
  NO_CONNECTION_LEFT: unavailable(
    'It takes no more connections. Raise maxclients, or find who holds them.',
  ),
  CLUSTERDOWN: unavailable('A part of the cluster has no primary. Check its nodes.'),
  OOM: unavailable('Its memory is full. Raise maxmemory, or remove what fills it.'),
  MISCONF: unavailable('It cannot save to its disk, and takes no writes. Check the disk.'),
  STAGED_VALUE_LOST: unavailable(
    'A new value was gone within a moment. Check its memory, and that its client keeps the order of commands.',
  ),
};

export const OTHERWISE: Verdict = unavailable(({ isByUrl }) =>
  isByUrl
    ? 'This is usually temporary. Check the network, the address and the server, and that the URL is rediss:// for one with TLS and redis:// for one without.'
    : 'This is usually temporary. Check that the client is connected, its network and the server.',
);
