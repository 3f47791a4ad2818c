import { BetfairConfigurationError } from '../../errors/configuration.errors.js';

/** A table that keeps sessions, and the statements on it. Each is a single one, so that a pooler needs no transaction. */
export interface PostgresTable {
  /** As the user wrote it. */
  readonly name: string;
  /** Makes the table. */
  readonly create: string;
  /** Gives a user the rights that the statements need. */
  readonly grant: string;
  /** Takes a key. Gives the value in base64, which reads the same with every client and every parser of types. */
  readonly read: string;
  /** Takes a key, the value as bytes and the new version. Gives a row if it is stored now. */
  readonly insert: string;
  /** Takes a key, the value as bytes, the new version and the one that it replaces. Gives a row if it is stored now. */
  readonly update: string;
  /** Takes a key and a version. Gives a row if it was deleted. */
  readonly delete: string;
}

export const DEFAULT_TABLE = 'betfair_session';
/** Length to which PostgreSQL cuts names. */
const LONGEST_NAME = 63;
const NAME = /^[a-z_][a-z\d_$]*$/i;

/** @throws BetfairConfigurationError it is no name of a table */
export function tableNamed(name: unknown): PostgresTable {
  const parts = typeof name === 'string' ? name.split('.') : [];
  if (
    typeof name !== 'string' ||
    parts.length > 2 ||
    !parts.every((part) => NAME.test(part) && part.length <= LONGEST_NAME)
  ) {
    throw new BetfairConfigurationError(
      'the name of the PostgreSQL table of the session store cannot be used. Use letters, digits and "_", with its schema before a "." where it needs one, such as betfair_session or betting.betfair_session.',
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
    // A write whose answer was lost finds its own version when it is sent again, and has won.
    insert: `INSERT INTO ${quoted} AS stored (key, value, version) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE SET version = excluded.version WHERE stored.version = excluded.version RETURNING version`,
    update: `UPDATE ${quoted} SET value = $2, version = $3 WHERE key = $1 AND version IN ($3, $4) RETURNING version`,
    delete: `DELETE FROM ${quoted} WHERE key = $1 AND version = $2 RETURNING version`,
  };
}
