import { SessionStorageError } from '../../errors/storage.errors.js';
import { read, text } from '../../common/unknown-values.js';
import type { StoredValue } from '../contract/session-storage.interface.js';
import type { PostgresClientLike } from './postgres.options.js';
import type { PostgresTable } from './postgres.table.js';

/**
 * Runs a statement.
 *
 * @throws SessionStorageError the client does not return rows
 */
export async function rowsOf(
  client: PostgresClientLike,
  statement: string,
  values: unknown[],
): Promise<readonly unknown[]> {
  const rows: unknown = read(await client.query(statement, values), 'rows');
  if (Array.isArray(rows)) return rows;
  throw new SessionStorageError(
    'The client of the PostgreSQL session store did not return { rows }. Pass a pool of pg, not the object of an ORM.',
    'misconfigured',
  );
}

/** Reads the object from the rows of a query. */
export function storedIn([row]: readonly unknown[]): StoredValue | undefined {
  if (row === undefined) return undefined;
  const [value, version] = [read(row, 'value'), text(row, 'version')];
  if (typeof value === 'string' && version !== undefined) {
    return { value: Buffer.from(value, 'base64').toString(), version };
  }
  throw new SessionStorageError(
    'The client of the PostgreSQL session store returned a row without the strings value and version. Pass a pool of pg, not the object of an ORM.',
    'misconfigured',
  );
}

/**
 * Fails for everything that would make a write fail: a missing table, column, primary key or right. Changes nothing.
 */
export async function checkTable(client: PostgresClientLike, table: PostgresTable): Promise<void> {
  const bytes = Buffer.alloc(0);
  await rowsOf(client, table.read, ['']);
  await rowsOf(client, `EXPLAIN ${table.insert}`, ['', bytes, '']);
  await rowsOf(client, `EXPLAIN ${table.update}`, ['', bytes, '', '']);
  await rowsOf(client, `EXPLAIN ${table.delete}`, ['', '']);
  const [row] = await rowsOf(client, 'SHOW transaction_read_only', []);
  if (read(row, 'transaction_read_only') !== 'on') return;
  throw Object.assign(new Error('The server is read-only.'), { code: '25006' });
}
