/** Part that is used of a `Pool` of `pg`, of PGlite, or of anything else that takes a statement with `$1`, `$2` … */
export interface PostgresClientLike {
  /** Carries out one statement, outside of any transaction, and resolves to its rows. */
  query(
    text: string,
    values: unknown[],
  ): Promise<{
    /** Each an object with a property for each column. */
    rows: unknown[];
  }>;
}

/** Address of a server and credentials, as `pg` takes them. */
export interface PostgresConnection {
  /** Name, address, or the folder of a socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Default: `PGUSER`. */
  readonly user: string | undefined;
  /** Default: `PGPASSWORD`, or what `~/.pgpass` has. */
  readonly password: string | undefined;
  /** `true`: TLS with a certificate that is checked. Default: `PGSSLMODE`, or no TLS. */
  readonly ssl: boolean | undefined;
}

/** Source of clients. */
export interface PostgresSource {
  /** Lends a client to an operation, which nobody waits for any more once `signal` aborts. */
  use<T>(operation: (client: PostgresClientLike) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Ends what it made itself. */
  close(): Promise<void>;
}
