import {
  denied,
  misconfigured,
  unavailable,
  unsupported,
  type Verdict,
} from '../remote/remote.verdict.js';
import type { PostgresTable } from './postgres.table.js';

/** Every kind of failure, by its name. */
export const FAULTS = {
  credentials: denied(
    'PostgreSQL refused the user. Check user and password in the URL (write special characters as %40 and so on) or in PGUSER and PGPASSWORD. Also check that pg_hba.conf allows the user from this host, with or without TLS (sslmode).',
  ),
  right: denied(
    ({ grant }) => `The user lacks a permission. Run this as the owner of the table: ${grant}`,
  ),
  connect: denied(
    'The user may not use this database. Run this as its owner: GRANT CONNECT ON DATABASE … TO …',
  ),
  refusedRow: misconfigured(
    'A trigger, a rule or a row-level policy of the table refuses the write. Remove it.',
  ),
  closed: unavailable(
    'The database accepts no connections now. If it does, check that the primary key of the table is not deferrable.',
  ),
  database: misconfigured(
    ({ create }) =>
      `The database does not exist. Check its name in the URL. Create the table in it: ${create}`,
  ),
  table: misconfigured(({ create }) => `The table does not exist. Create it: ${create}`),
  columns: misconfigured(
    ({ create }) =>
      `The table lacks a column, a type or the primary key that is needed. Create it again, or choose another table: ${create}`,
  ),
  readOnly: unavailable(
    'The server accepts no writes; it may be a standby. Connect to the primary. During a failover this is temporary.',
  ),
  cancelled: unavailable(
    'The statement was cancelled or timed out. Check for a lock on the table, such as from a migration, and check statement_timeout and lock_timeout of the user.',
  ),
  stopping: unavailable('The server is starting up or shutting down. This is usually temporary.'),
  connections: unavailable(
    'The server, the user or the database has reached its limit of connections. Raise that limit (max_connections), or use a connection pooler. Each account of a process opens up to two connections.',
  ),
  full: unavailable('The disk or the memory of the server is full. Free some space.'),
  server: unavailable('The server failed. Its log says why.'),
  race: unavailable(
    'Other processes kept changing the object at the same time. This is usually temporary.',
  ),
  unsupported: unsupported(
    'The server does not support a statement that is needed. Use PostgreSQL or another store.',
  ),
  tls: misconfigured(
    'The server has no TLS, or its certificate has expired, is not trusted or is for another host. Check its date and the host. Set sslrootcert in the URL, or ca, to its authority. For a server without TLS, write sslmode=disable.',
  ),
  host: unavailable('The host was not found. Check its name in the URL, and DNS.'),
  network: unavailable(
    'There was no connection, or no answer in time. Check host, port and network, that the server is up, that the pool has a free connection, and that nothing holds a lock on the table.',
  ),
} as const satisfies Readonly<Record<string, Verdict<PostgresTable>>>;

export type FaultName = keyof typeof FAULTS;
