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
