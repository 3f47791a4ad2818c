/** Part that is used of a `Pool` of `pg`, of PGlite, or of anything else that takes a statement with `$1`, `$2` … */
export interface PostgresClientLike {
  /** Runs one statement, outside any transaction, and resolves to its rows. */
  query(
    text: string,
    values: unknown[],
  ): Promise<{
    /** Rows: objects with a property for each column. */
    rows: unknown[];
  }>;
}

/** Address of a server and credentials, in the form of `pg`. */
export interface PostgresConnection {
  /** Name, address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** User name. Default: `PGUSER`. */
  readonly user: string | undefined;
  /** Password. Default: `PGPASSWORD`, or the one in `~/.pgpass`. */
  readonly password: string | undefined;
  /** `true` for TLS with a checked certificate. Default: `PGSSLMODE`, or no TLS. */
  readonly ssl: boolean | undefined;
}

/** Source of clients. */
export interface PostgresSource {
  /** Lends a client to an operation. After `signal` aborts, nobody waits for the operation. */
  use<T>(operation: (client: PostgresClientLike) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Closes the connections that the source opened itself. */
  close(): Promise<void>;
}

/** Options of {@link PostgresStorage}: a `url` or a `client`. */
export interface PostgresStorageOptions {
  /** URL such as `postgres://user:password@host:5432/database?sslmode=verify-full&prefix=betfair/`. */
  readonly url?: string | undefined;
  /** Authority that signed the certificate of the server of `url`, PEM; trusted in addition to the usual ones. */
  readonly ca?: string | Buffer | undefined;
  /** A pool of the application, instead of `url`. You close it. */
  readonly client?: PostgresClientLike | undefined;
  /**
   * Name of the table, which must exist, such as `betting.betfair_session`. Default: from the URL, or
   * `betfair_session`.
   */
  readonly table?: string | undefined;
  /** Prefix of every key, such as `betfair/`. Default: from the URL, or none. */
  readonly prefix?: string | undefined;
}
