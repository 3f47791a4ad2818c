import { randomUUID } from 'node:crypto';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { persevere } from '../remote/remote.attempts.js';
import { assertPrefix } from '../remote/remote.names.js';
import { authorityOf, type StoreAuthority } from '../remote/store.authority.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../contract/session-storage.interface.js';
import { assertStorageKey } from '../contract/storage-key.js';
import { assertDeleteCondition, expectedVersion } from '../contract/write-condition.js';
import { borrowed } from './postgres.borrowed.js';
import { hiddenBytes } from './postgres.bytes.js';
import type {
  PostgresStorageOptions,
  PostgresClientLike,
  PostgresSource,
} from './postgres.options.js';
import { mayPass, postgresError } from './postgres.errors.js';
import { ownPool } from './postgres.pool.js';
import { checkTable, rowsOf, storedIn } from './postgres.client.js';
import { DEFAULT_TABLE, type PostgresTable, tableNamed } from './postgres.table.js';
import { type PostgresUrl, readPostgresUrl } from './postgres.url.js';

/**
 * Keeps sessions in a table of PostgreSQL (`storage: 'postgres://user:password@host/database'`), by single statements
 * with a condition. Needs the package `pg` or a pool of the application, and the rights SELECT, INSERT, UPDATE and
 * DELETE on the table. It does not create the table: `CREATE TABLE betfair_session (key text PRIMARY KEY, value bytea
 * NOT NULL, version text NOT NULL)`.
 *
 * Temporary failures (network, a server that restarts, serialisation failures) are tried again for a few seconds.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (user, password, rights), `'misconfigured'` (no such
 * database or table, other columns, TLS), `'unsupported'` or `'unavailable'`; and `MissingPackageError` without `pg`.
 */
export class PostgresStorage implements SessionStorage {
  /**
   * Place of the objects, such as `postgres://host:5432/database/betfair_session/prefix/`. Two stores with one location
   * count as the same store. `undefined` with a `client`, whose place is not known.
   */
  readonly location: string | undefined;
  readonly conditionalWrites: 'native' | 'probe' = 'native';
  readonly #table: PostgresTable;
  readonly #prefix: string;
  // A private field, because inspecting a pool shows its password.
  readonly #source: PostgresSource;

  /** @throws BetfairConfigurationError the URL, the name of the table or the prefix cannot be used */
  constructor(options: PostgresStorageOptions) {
    const { source, location, ...named } = sourceOf(options);
    const table = options.table ?? named.table ?? DEFAULT_TABLE;
    const prefix = options.prefix ?? named.prefix ?? '';
    assertPrefix(prefix);
    this.#source = source;
    this.#table = tableNamed(table);
    this.#prefix = prefix;
    this.location = location && `${location}/${table}/${prefix}`;
  }

  /**
   * Checks, without a write, that the server can be reached and accepts writes, that user and password are right, and
   * that the table has the columns and the user the rights.
   */
  async open(): Promise<void> {
    await this.#operate('open', undefined, (client) => checkTable(client, this.#table));
  }

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    assertStorageKey(key);
    return this.#operate(`read "${key}" in`, options, async (client) =>
      storedIn(await rowsOf(client, this.#table.read, [this.#prefix + key])),
    );
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    assertStorageKey(key);
    const expected = expectedVersion(condition);
    const version = randomUUID();
    // Bytes, because a text column cannot hold U+0000, and because tracing prints strings.
    const row = [this.#prefix + key, hiddenBytes(value), version];
    const [statement, values] =
      expected === undefined ? [this.#table.insert, row] : [this.#table.update, [...row, expected]];
    const written = await this.#operate(`write "${key}" to`, options, (client) =>
      rowsOf(client, statement, values),
    );
    if (written.length === 0) throw new StorageConflictError(key);
    return version;
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertStorageKey(key);
    assertDeleteCondition(condition);
    const name = this.#prefix + key;
    const isOther = await this.#operate(`delete "${key}" from`, options, async (client) => {
      const deleted = await rowsOf(client, this.#table.delete, [name, condition.ifVersion]);
      if (deleted.length > 0) return false;
      return (await rowsOf(client, this.#table.read, [name])).length > 0;
    });
    if (isOther) throw new StorageConflictError(key);
  }

  /** Closes its connections; a pool of the application stays open. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** @param attempt - text such as `read "k" in` */
  #operate<T>(
    attempt: string,
    options: StorageOperationOptions | undefined,
    operation: (client: PostgresClientLike) => Promise<T>,
  ): Promise<T> {
    const toError = (error: unknown) => postgresError(error, attempt, this.#table);
    const use = (ending: AbortSignal) => this.#source.use(operation, ending);
    return persevere(use, { mayPass, toError }, options?.signal);
  }
}

interface NamedSource extends Partial<Pick<PostgresUrl, 'location' | 'table' | 'prefix'>> {
  readonly source: PostgresSource;
}

function sourceOf(options: PostgresStorageOptions): NamedSource {
  const { url, client, ca } = { ...options };
  if (url === undefined && ca === undefined && typeof client?.query === 'function') {
    return { source: borrowed(client) };
  }
  if (typeof url === 'string' && client === undefined) {
    const { connection, authorityFile, ...named } = readPostgresUrl(url);
    const authority = authorityOf(ca, 'sslrootcert', authorityFile);
    if (authority === undefined) return { source: ownPool(connection, authority), ...named };
    // A named authority means that TLS is wanted.
    if (connection.ssl === false) throw withoutTls(authority);
    return { source: ownPool({ ...connection, ssl: true }, authority), ...named };
  }
  throw new BetfairConfigurationError(
    'the PostgreSQL session store needs a URL, or a pool with the method query: new PostgresStorage({ url: "postgres://host/database" }) or new PostgresStorage({ client: pool }).',
  );
}

function withoutTls({ name }: StoreAuthority): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `${name} has no effect with sslmode=disable. Remove one of them.`,
  );
}
