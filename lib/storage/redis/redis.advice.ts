import {
  denied,
  misconfigured,
  unavailable,
  unsupported,
  type Verdict,
} from '../remote/remote.verdict.js';

/** Facts about the server and the client that the advice depends on. */
export interface RedisWords {
  /** Name of the server, such as `Redis at host:6379`. */
  readonly place: string;
  readonly prefix: string;
  /** `false` for a client of the application. */
  readonly isByUrl: boolean;
}

/** Verdicts by the first word of a server's error, or by a name of ours for an error without one. */
export const VERDICTS: Readonly<Record<string, Verdict<RedisWords>>> = {
  NOAUTH: denied(({ isByUrl }) =>
    isByUrl
      ? 'The server requires a password. Add it to the URL: redis://user:password@host.'
      : 'The server requires a password. Set it on the client.',
  ),
  WRONGPASS: denied('Correct the user name and the password, or enable the user.'),
  NOPERM: denied(
    ({ prefix, isByUrl }) =>
      `The user needs the permissions ~{${prefix}* +get +set +eval +del +exists +rename +persist, and ${isByUrl ? '+select if the URL has a database' : '+cluster|slots and +asking in a cluster'}.`,
  ),
  DENIED: denied(
    'The server is in protected mode and accepts only local connections. Set a password on it.',
  ),
  CLUSTER_BY_URL: misconfigured(
    'The server is part of a cluster. Pass a cluster client: new RedisStorage({ send }).',
  ),
  NO_DATABASE: misconfigured(
    'The server has no database with that number. Correct the path of the URL.',
  ),
  TLS_FAILED: misconfigured(
    'Use rediss:// for a server with TLS and redis:// for one without. If the server has its own authority, set ca_file in the URL, or ca.',
  ),
  EXPIRED: misconfigured('The certificate of the server has expired. Renew it.'),
  OTHER_HOST: misconfigured(
    'The certificate of the server is for another host. Use that host in the URL.',
  ),
  CLIENT_CERTIFICATE: misconfigured(
    'The server requires a client certificate. Pass a client that has one: new RedisStorage({ send }).',
  ),
  WRONGTYPE: misconfigured('Other data has that name. Choose another prefix.'),
  UNEXPECTED_REPLY: misconfigured(({ isByUrl }) =>
    isByUrl
      ? 'The server is not Redis. Check host and port.'
      : 'The function send must return the reply of its client unchanged: a string, a Buffer or null.',
  ),
  SEND_FAILED: misconfigured(
    'The function send does not work with its client. Copy the line for that client and its version from the documentation.',
  ),
  SUBSCRIBER: misconfigured('The client is in subscriber mode. Pass another client.'),
  UNKNOWN_COMMAND: unsupported(
    'Use a Redis or Valkey that supports GET, SET and EVAL (not a Sentinel, and not a proxy without scripts), or another storage.',
  ),
  NOSCRIPT: unsupported('The client must send EVAL unchanged.'),
  NOT_CONNECTED: unavailable(
    'The client is not connected. Connect it before the application starts.',
  ),
  READONLY: unavailable(
    'The server is a replica. During a failover this is temporary; otherwise connect to the primary.',
  ),
  MASTERDOWN: unavailable('The server is a replica without its primary. Connect to the primary.'),
  NOREPLICAS: unavailable('The server has too few replicas to accept writes. Check them.'),
  LOADING: unavailable('The server is still loading its data. This is temporary.'),
  BUSY: unavailable('A script on the server does not end. Stop it with SCRIPT KILL.'),
  NO_CONNECTION_LEFT: unavailable(
    'The server has reached its limit of connections. Raise maxclients, or find who holds them.',
  ),
  CLUSTERDOWN: unavailable('Part of the cluster has no primary. Check its nodes.'),
  OOM: unavailable('The memory of the server is full. Raise maxmemory, or delete other data.'),
  MISCONF: unavailable('The server cannot save to its disk and accepts no writes. Check the disk.'),
  STAGED_VALUE_LOST: unavailable(
    'A value was gone right after it was written. Check the memory of the server, and that the client keeps the order of commands.',
  ),
};

export const UNKNOWN_FAILURE: Verdict<RedisWords> = unavailable(({ isByUrl }) =>
  isByUrl
    ? 'This is usually temporary. Check the network, the address and the server, and that the URL is rediss:// for one with TLS and redis:// for one without.'
    : 'This is usually temporary. Check that the client is connected, its network and the server.',
);
