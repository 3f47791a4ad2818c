import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { assertPrefix } from '../remote/remote.names.js';
import { readParameters, type UrlRules } from '../contract/storage.url.js';

const RULES: UrlRules = {
  example: 'rediss://user:password@host:6379/0?prefix=betfair/',
  known: ['prefix', 'ca_file'],
  ignored: [],
};
const DEFAULT_PORT = 6379;

/** Server of a URL, and the place of the session in it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** File with the authority of its certificate. */
  readonly authorityFile: string | undefined;
  readonly prefix: string;
  /** The same for each way of writing it, and without credentials. */
  readonly location: string;
}

/**
 * Reads a `redis:` or `rediss:` URL. Errors show nothing of it but its scheme and names of parameters: a password that
 * is not escaped may stand anywhere in it.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 */
export function readRedisUrl(url: string): RedisAddress {
  const fail = (fault: string): never => {
    throw new BetfairConfigurationError(`${fault} Write it as ${RULES.example}.`);
  };
  if (!URL.canParse(url) || /\s/.test(url)) {
    return fail('the URL cannot be read. Escape "/", "?", "#", "@" and "%" in a password.');
  }
  const parts = new URL(url);
  const { protocol, hostname, port, pathname, hash, searchParams } = parts;
  const scheme = `a ${protocol} URL`;
  if (!/^rediss?:$/.test(protocol)) fail('the URL of a Redis begins with redis:// or rediss://.');
  if (hostname === '') fail(`${scheme} needs the name of a host.`);
  // What follows the host may be the rest of a password.
  if (/@/.test(pathname + parts.search + hash)) {
    return fail('the URL has an "@" after its host. Write an "@" of the password as %40.');
  }
  if (port === '0') fail(`${scheme} needs the port of the server.`);
  if (hash !== '') fail(`${scheme} takes no fragment. Write a "#" of the password as %23.`);
  const database = /^\/?(\d{0,6})$/.exec(pathname)?.[1];
  if (database === undefined) {
    return fail(`the path of ${scheme} is the number of a database, such as /0.`);
  }
  const username = decode(parts.username, fail);
  const password = decode(parts.password, fail);
  if (username !== undefined && password === undefined) {
    fail(`${scheme} has a user and no password. Without a user a password follows a colon.`);
  }
  const parameters = readParameters(scheme, searchParams, RULES, () => {});
  const prefix = parameters.get('prefix') ?? '';
  assertPrefix(prefix);
  const host = hostname.toLowerCase();
  const address = {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    database: Number(database),
  };
  return {
    ...address,
    isEncrypted: protocol === 'rediss:',
    authorityFile: parameters.get('ca_file'),
    username,
    password,
    prefix,
    location: `redis://${host}:${address.port}/${address.database}/${prefix}`,
  };
}

function decode(text: string, fail: (fault: string) => never): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text);
  } catch {
    // Not as a cause: the error may hold the password.
    return fail('the URL has a "%" that escapes no character. Write a "%" of the password as %25.');
  }
}
