import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { assertPrefix } from '../remote/remote.names.js';
import { decodePart, readParameters, type UrlRules } from '../contract/storage.url.js';

const RULES: UrlRules = {
  example: 'rediss://user:password@host:6379/0?prefix=betfair/',
  known: ['prefix', 'ca_file'],
  ignored: [],
};
const DEFAULT_PORT = 6379;

/** Server of a URL, and the place of the session on it. */
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
  /** Place without credentials. Two ways to write the same URL have the same one. */
  readonly location: string;
}

/**
 * Reads a `redis:` or `rediss:` URL. A password that is not escaped may be anywhere in it, so errors show only its
 * scheme and the names of parameters.
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
  const scheme = `the ${protocol} URL`;
  if (!/^rediss?:$/.test(protocol)) fail('the Redis URL must start with redis:// or rediss://.');
  if (hostname === '') fail(`${scheme} needs the name of a host.`);
  // The part after the host may be the rest of a password.
  if (/@/.test(pathname + parts.search + hash)) {
    return fail('the URL contains "@" after its host. Write "@" in the password as %40.');
  }
  if (port === '0') fail(`${scheme} must not have port 0.`);
  if (hash !== '') fail(`${scheme} must not contain a fragment. Write "#" in the password as %23.`);
  const database = /^\/?(\d{0,6})$/.exec(pathname)?.[1];
  if (database === undefined) {
    return fail(`the path of ${scheme} must be the number of a database, such as /0.`);
  }
  const username = decode(parts.username, fail);
  const password = decode(parts.password, fail);
  if (username !== undefined && password === undefined) {
    fail(
      `${scheme} has a user but no password. To set only a password, write ":password@" before the host.`,
    );
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

function decode(part: string, fail: (fault: string) => never): string | undefined {
  const fault =
    'the URL contains a "%" that is not a valid escape. Write "%" in the password as %25.';
  return part === '' ? undefined : (decodePart(part) ?? fail(fault));
}
