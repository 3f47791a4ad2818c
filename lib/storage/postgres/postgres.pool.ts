import type { PoolClient } from 'pg';
import { onAbort } from '../../common/abort-listener.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { MissingPackageError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { text } from '../../common/unknown-values.js';
import { importFailure } from '../remote/optional.package.js';
import { type StoreAuthority, trustingStore } from '../remote/store.authority.js';
import type { PostgresClientLike, PostgresConnection, PostgresSource } from './postgres.options.js';

/** Connections of one process: one is enough, and the second is for when the first hangs. */
const MAX_CONNECTIONS = 2;
/** Milliseconds after which an unused connection is closed. The steps of a login are closer together. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * Milliseconds after which the server ends a statement, before the client gives up. Otherwise statements that wait for
 * a lock would pile up: the server does not notice that their client is gone.
 */
const STATEMENT_TIMEOUT_MS = ATTEMPT_TIMEOUT_MS - 500;

/** Creates a pool of `pg` at first use. */
export function ownPool(
  connection: PostgresConnection,
  authority: StoreAuthority | undefined,
): PostgresSource {
  let current: ReturnType<typeof createPool> | undefined;
  let hasStatementTimeout = true;

  async function pool() {
    const created = (current ??= createPool(connection, authority, hasStatementTimeout));
    try {
      return await created;
    } catch (error) {
      // A missing package may be installed by the next time.
      if (current === created) current = undefined;
      throw error;
    }
  }

  async function end() {
    const ending = current;
    current = undefined;
    await (await ending?.catch(() => undefined))?.end();
  }

  async function connect(): Promise<PoolClient> {
    try {
      return await (await pool()).connect();
    } catch (error) {
      if (!hasStatementTimeout || !refusesParameters(error)) throw error;
      hasStatementTimeout = false;
      await end();
      return (await pool()).connect();
    }
  }

  return {
    use: async (operation, signal) => lend(await connect(), operation, signal),
    close: end,
  };
}

/** Tells if PgBouncer refused the statement timeout, which it may not know. Its own pool limits waiting statements. */
function refusesParameters(error: unknown): boolean {
  return /unsupported startup parameter/.test(text(error, 'message') ?? '');
}

async function lend<T>(
  client: PoolClient,
  operation: (client: PostgresClientLike) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let isLent = true;
  const giveBack = (isBroken: boolean) => {
    if (isLent) client.release(isBroken);
    isLent = false;
  };
  // Closes the connection: nobody waits for its statement.
  const forget = onAbort(signal, () => giveBack(true));
  // The statement fails as well; without a listener the error would end the process.
  client.on('error', ignore);
  try {
    // Nothing is sent if the time ran out before there was a connection.
    signal.throwIfAborted();
    const result = await operation(client);
    giveBack(false);
    return result;
  } catch (error) {
    giveBack(true);
    throw error;
  } finally {
    forget();
    client.off('error', ignore);
  }
}

function ignore(): void {}

async function createPool(
  connection: PostgresConnection,
  authority: StoreAuthority | undefined,
  hasStatementTimeout: boolean,
) {
  const { Pool } = await importPg();
  const pool = new Pool({
    ...connection,
    ...(connection.ssl && { ssl: trustingHost(connection.host, authority) }),
    application_name: 'nestjs-betfair-session',
    ...(hasStatementTimeout && { statement_timeout: STATEMENT_TIMEOUT_MS }),
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    allowExitOnIdle: true,
    keepAlive: true,
  });
  // The pool drops an idle connection that is lost. Without a listener its error would end the process.
  pool.on('error', ignore);
  return pool;
}

/** TLS settings that check the certificate against the host. For an IP address `pg` would check "localhost". */
function trustingHost(host: string, authority: StoreAuthority | undefined) {
  return { ...trustingStore(authority), host };
}

async function importPg() {
  try {
    // Older versions have only the default export.
    return (await import('pg')).default;
  } catch (error) {
    const failure = importFailure(error, 'pg', 'PostgreSQL storage');
    if (failure instanceof MissingPackageError) throw failure;
    throw new BetfairConfigurationError(
      'the package "pg" cannot be loaded. Install it again: npm i pg',
      { cause: safeCause(error) },
    );
  }
}
