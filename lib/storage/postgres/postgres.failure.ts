import { BetfairSessionError } from '../../errors/betfair-session.error.js';
import { isRuntimeCode, safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';
import { text } from '../remote/foreign.fields.js';
import type { PostgresTable } from './postgres.table.js';

/** What went wrong, by what a person does about it. */
interface Fault {
  readonly failure: StorageFailure;
  /** What happened and what to do, in sentences. */
  readonly advice: (table: PostgresTable) => string;
}

const FAULTS = {
  credentials: {
    failure: 'denied',
    advice: () =>
      'PostgreSQL refused the user. Check user and password in the URL, with special characters written as %40 and the like, or PGUSER and PGPASSWORD, and whether pg_hba.conf lets the user in from here, with or without TLS (sslmode).',
  },
  right: {
    failure: 'denied',
    advice: ({ grant }) => `The user lacks a right. As the owner of the table: ${grant}`,
  },
  connect: {
    failure: 'denied',
    advice: () =>
      'The user may not use this database. As its owner: GRANT CONNECT ON DATABASE … TO …',
  },
  refusedRow: {
    failure: 'misconfigured',
    advice: () =>
      'A trigger, a rule or a row-level policy of the table refuses what is written. Remove it.',
  },
  closed: {
    failure: 'unavailable',
    advice: () =>
      'The database takes no connections now. If it does: the primary key of the table must not be deferrable.',
  },
  database: {
    failure: 'misconfigured',
    advice: ({ create }) =>
      `There is no such database. Check its name in the URL; the table in it is made by: ${create}`,
  },
  table: {
    failure: 'misconfigured',
    advice: ({ create }) => `There is no such table. Create it: ${create}`,
  },
  columns: {
    failure: 'misconfigured',
    advice: ({ create }) =>
      `The table has not the columns, the types or the primary key that are needed. Create it anew, or name another one: ${create}`,
  },
  readOnly: {
    failure: 'unavailable',
    advice: () =>
      'The server takes no writes, as a standby does. Connect to the primary. During a failover this passes.',
  },
  cancelled: {
    failure: 'unavailable',
    advice: () =>
      'The statement was cancelled or ran out of time. Check what holds a lock on the table, such as a migration, and statement_timeout and lock_timeout of the user.',
  },
  stopping: {
    failure: 'unavailable',
    advice: () => 'The server is starting up or shutting down. This usually passes.',
  },
  connections: {
    failure: 'unavailable',
    advice: () =>
      'There is no connection left on the server, or for this user or database. Raise max_connections or that limit, or let a pooler stand before the server: each account of a process opens up to two.',
  },
  full: {
    failure: 'unavailable',
    advice: () => 'The disk or the memory of the server is full. Make room there.',
  },
  server: {
    failure: 'unavailable',
    advice: () => 'The server failed; its log says why.',
  },
  race: {
    failure: 'unavailable',
    advice: () =>
      'Others changed the object at the same time, again and again. This usually passes.',
  },
  unsupported: {
    failure: 'unsupported',
    advice: () =>
      'The server does not know a statement that is needed. Use PostgreSQL, or another store.',
  },
  tls: {
    failure: 'misconfigured',
    advice: () =>
      'The server has no TLS, or its certificate has expired, is not trusted or not for this host. Check its date and the host; name its authority with sslrootcert in the URL, or with ca; without TLS write sslmode=disable.',
  },
  host: {
    failure: 'unavailable',
    advice: () => 'The host was not found. Check its name in the URL, and DNS.',
  },
  network: {
    failure: 'unavailable',
    advice: () =>
      'There was no connection, or no answer in time. Check host, port and network, that the server is up, that the pool has a free connection, and that nothing holds a lock on the table.',
  },
} as const satisfies Readonly<Record<string, Fault>>;

type FaultName = keyof typeof FAULTS;

/** Codes of PostgreSQL, and of the resolver. */
const BY_CODE = new Map<string, FaultName>([
  ['42501', 'right'],
  ['3D000', 'database'],
  ['3F000', 'table'],
  ['42P01', 'table'],
  ['25006', 'readOnly'],
  ['55000', 'closed'],
  ['57014', 'cancelled'],
  ['55P03', 'cancelled'],
  ['25P03', 'cancelled'],
  ['25P04', 'cancelled'],
  ['53300', 'connections'],
  ['ENOTFOUND', 'host'],
  ['EAI_AGAIN', 'host'],
]);

/** The first two characters of a code of PostgreSQL. */
const BY_CLASS = new Map<string, FaultName>([
  ['08', 'network'],
  ['0A', 'unsupported'],
  ['22', 'columns'],
  ['23', 'columns'],
  ['28', 'credentials'],
  ['40', 'race'],
  ['42', 'columns'],
  ['53', 'full'],
  ['57', 'stopping'],
  ['P0', 'refusedRow'],
]);

/** Those of the system, such as `EPIPE`, begin with an E. */
const SERVERS_CODE = /^(?!E)[\dA-Z]{5}$/;
/** What a code alone does not tell, by the server's words; PgBouncer has one code for most of what it says itself. */
const BY_WORDS: readonly (readonly [code: string, words: RegExp, fault: FaultName])[] = [
  ['08P01', /authentication failed|no such user/, 'credentials'],
  ['08P01', /no such database/, 'database'],
  ['08P01', /no more connections/, 'connections'],
  ['42501', /for database/, 'connect'],
  ['42501', /row-level security/, 'refusedRow'],
  ['0A000', /rule/, 'refusedRow'],
];
const TLS_CODE = /^ERR_(?:SSL|TLS)_|CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/;

function faultNameOf(error: unknown): FaultName {
  const code = text(error, 'code');
  const message = text(error, 'message') ?? '';
  if (code === undefined) return withoutCode(message);
  const known =
    BY_WORDS.find(([of, words]) => of === code && words.test(message))?.[2] ?? BY_CODE.get(code);
  if (known !== undefined) return known;
  if (SERVERS_CODE.test(code)) return BY_CLASS.get(code.slice(0, 2)) ?? 'server';
  return TLS_CODE.test(code) ? 'tls' : 'network';
}

/** What `pg` itself says. */
function withoutCode(message: string): FaultName {
  if (message === 'The server does not support SSL connections') return 'tls';
  return /^SASL: |^Password must be/.test(message) ? 'credentials' : 'network';
}

/** Tells whether the same statement may succeed a moment later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof BetfairSessionError) return false;
  return FAULTS[faultNameOf(error)].failure === 'unavailable';
}

/**
 * The error for callers. Nothing of the client's error goes on but name and code: texts, above all `detail`, show the
 * row.
 *
 * @param attempt - such as `read "k" in`
 */
export function postgresError(
  error: unknown,
  attempt: string,
  table: PostgresTable,
): SessionStorageError {
  const { failure, advice } = FAULTS[faultNameOf(error)];
  const found = text(error, 'code') ?? '';
  const code = SERVERS_CODE.test(found) || isRuntimeCode(found) ? found : undefined;
  const name = text(error, 'name');
  return new SessionStorageError(
    `Could not ${attempt} the PostgreSQL table "${table.name}" (${code ?? 'no answer'}). ${advice(table)}`,
    failure,
    { cause: safeCause({ name, code }) },
  );
}
