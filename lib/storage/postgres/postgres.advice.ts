import type { StorageFailure } from '../../errors/storage.errors.js';
import type { PostgresTable } from './postgres.table.js';

/** A kind of failure, and what a person does about it. */
interface Fault {
  readonly failure: StorageFailure;
  /** Sentences: what happened and what to do. */
  readonly advice: (table: PostgresTable) => string;
}

/** Every kind of failure, by its name. */
export const FAULTS = {
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

export type FaultName = keyof typeof FAULTS;
