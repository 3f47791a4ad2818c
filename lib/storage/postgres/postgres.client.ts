import { SessionStorageError } from '../../errors/storage.errors.js';
import { read, text } from '../../common/unknown-values.js';
import type { StoredValue } from '../contract/session-storage.interface.js';
import type { PostgresClientLike } from './postgres.options.js';
import type { PostgresTable } from './postgres.table.js';

/**
 * Carries out a statement.
 *
 * @throws SessionStorageError the client does not answer as it must
 */
export async function rowsOf(
  client: PostgresClientLike,
  statement: string,
  values: unknown[],
): Promise<readonly unknown[]> {
  const rows: unknown = read(await client.query(statement, values), 'rows');
  if (Array.isArray(rows)) return rows;
  throw new SessionStorageError(
    'The client of the PostgreSQL session store resolved to no { rows }. Hand in a pool of pg, not what an ORM has on top of it.',
    'misconfigured',
  );
}

/** Takes the object from the rows of a read. */
export function storedIn([row]: readonly unknown[]): StoredValue | undefined {
  if (row === undefined) return undefined;
  const [value, version] = [read(row, 'value'), text(row, 'version')];
  if (typeof value === 'string' && version !== undefined) {
    return { value: Buffer.from(value, 'base64').toString(), version };
  }
  throw new SessionStorageError(
    'The client of the PostgreSQL session store resolved to a row without the texts value and version. Hand in a pool of pg, not what an ORM has on top of it.',
    'misconfigured',
  );
}

/** Changes nothing, and fails where a write would: for a missing table, column, primary key or right. */
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
