import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { PostgresConnection } from './postgres.options.js';
import { choice, decodePart, readParameters, type UrlRules } from '../contract/storage.url.js';

/** Parts of a URL: `postgres://user:password@host/database?parameter=value`. */
export interface PostgresUrl {
  readonly connection: PostgresConnection;
  /** Place of the database, without user and password. */
  readonly location: string;
  readonly table: string | undefined;
  readonly prefix: string | undefined;
  /** File with the authority of the server's certificate. */
  readonly authorityFile: string | undefined;
}

const RULES: UrlRules = {
  example: 'postgres://user:password@host:5432/database?sslmode=verify-full',
  known: ['table', 'prefix', 'sslmode', 'sslrootcert'],
  ignored: [],
};
const DEFAULT_PORT = 5432;
const ESCAPES =
  'In user and password, write special characters such as @ : / ? # % as %40 %3A %2F %3F %23 %25.';

/**
 * Reads the URL of a database. It may hold a password, so errors show only the names of parameters.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 */
export function readPostgresUrl(written: string): PostgresUrl {
  if (!URL.canParse(written) || /\s/.test(written)) throw fault(`cannot be read. ${ESCAPES}`);
  const url = new URL(written);
  if (!/^postgres(ql)?:$/.test(url.protocol))
    throw fault('must start with postgres:// or postgresql://.');
  // The part after the host may be the rest of a password.
  if (/@/.test(url.pathname + url.search + url.hash) || url.hash !== '') {
    throw fault(`contains "#", or "@" after its host. ${ESCAPES}`);
  }
  const host = decode(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === '') throw fault('names no host.');
  if (host.includes(',')) throw fault('names several hosts. Name only the primary.');
  const database = decode(url.pathname.slice(1));
  if (database === '' || url.pathname.slice(1).includes('/')) {
    throw fault('must name one database after the host.');
  }
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port);
  const scheme = `the ${url.protocol} URL`;
  const parameters = readParameters(scheme, url.searchParams, RULES, () => {});
  const sslmode = choice(parameters, 'sslmode', ['disable', 'require', 'verify-ca', 'verify-full']);
  return {
    connection: {
      host,
      port,
      database,
      user: decode(url.username) || undefined,
      password: decode(url.password) || undefined,
      ssl: sslmode && sslmode !== 'disable',
    },
    location: `postgres://${url.hostname.toLowerCase()}:${port}/${encodeURIComponent(database)}`,
    table: parameters.get('table'),
    prefix: parameters.get('prefix'),
    authorityFile: parameters.get('sslrootcert'),
  };
}

function decode(part: string): string {
  const decoded = decodePart(part);
  if (decoded !== undefined) return decoded;
  throw fault('contains a "%" that is not a valid escape.');
}

function fault(what: string): BetfairConfigurationError {
  return new BetfairConfigurationError(`the PostgreSQL URL ${what} Write it as ${RULES.example}.`);
}
