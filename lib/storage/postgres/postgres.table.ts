import { BetfairConfigurationError } from '../../errors/configuration.errors.js';

/** A table for sessions, and the statements on it. Each needs no transaction, so they work with any pooler. */
export interface PostgresTable {
  /** Name, as the user wrote it. */
  readonly name: string;
  /** Creates the table. */
  readonly create: string;
  /** Gives a user the rights that the statements need. */
  readonly grant: string;
  /** Takes a key. Returns the value in base64, which every client reads alike. */
  readonly read: string;
  /** Takes a key, the value as bytes and the new version. Returns a row if the value is stored now. */
  readonly insert: string;
  /** Takes a key, the value as bytes, the new version and the old one. Returns a row if the value is stored now. */
  readonly update: string;
  /** Takes a key and a version. Returns a row if it was deleted. */
  readonly delete: string;
}

export const DEFAULT_TABLE = 'betfair_session';
/** Length to which PostgreSQL cuts names. */
const MAX_NAME_LENGTH = 63;
const NAME = /^[a-z_][a-z\d_$]*$/i;

/** @throws BetfairConfigurationError the name is not valid for a table */
export function tableNamed(name: unknown): PostgresTable {
  const parts = typeof name === 'string' ? name.split('.') : [];
  if (
    typeof name !== 'string' ||
    parts.length > 2 ||
    !parts.every((part) => NAME.test(part) && part.length <= MAX_NAME_LENGTH)
  ) {
    throw new BetfairConfigurationError(
      'the name of the PostgreSQL table of the session store is not valid. Use letters, digits and "_", with a schema and "." before it if needed, such as betfair_session or betting.betfair_session.',
    );
  }
  const [schema, ...table] = parts.map((part) => `"${part}"`);
  const quoted = [schema, ...table].join('.');
  const usage = table.length > 0 ? `GRANT USAGE ON SCHEMA ${schema} TO …; ` : '';
  return {
    name,
    create: `CREATE TABLE ${quoted} (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL)`,
    grant: `${usage}GRANT SELECT, INSERT, UPDATE, DELETE ON ${quoted} TO …`,
    read: `SELECT encode(value, 'base64') AS value, version FROM ${quoted} WHERE key = $1`,
    // A write that is sent again after a lost answer finds its own version, which counts as success.
    insert: `INSERT INTO ${quoted} AS stored (key, value, version) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET version = excluded.version WHERE stored.version = excluded.version RETURNING version`,
    update: `UPDATE ${quoted} SET value = $2, version = $3 WHERE key = $1 AND version IN ($3, $4) RETURNING version`,
    delete: `DELETE FROM ${quoted} WHERE key = $1 AND version = $2 RETURNING version`,
  };
}
