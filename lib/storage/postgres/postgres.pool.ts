import type { PoolClient } from 'pg';
import { onAbort } from '../../common/abort-listener.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { MissingPackageError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { text } from '../../common/unknown-values.js';
import { importPackage } from '../remote/optional.package.js';
import { type StoreAuthority, trustingStore } from '../remote/store.authority.js';
import type { PostgresClientLike, PostgresConnection, PostgresSource } from './postgres.options.js';

/** Connections of one process: a session needs hardly one, and another while the first hangs. */
const MOST_CONNECTIONS = 2;
/** Milliseconds after which an unused connection is closed: the steps of a login are closer together. */
const IDLE_TIMEOUT_MS = 10_000;

/**
 * Milliseconds after which the server gives up a statement: before it is given up here. A server does not notice that a
 * client is gone while a statement waits for a lock, so it would collect them.
 */
const STATEMENT_TIMEOUT_MS = ATTEMPT_TIMEOUT_MS - 500;

/** A pool of `pg` that is made at first use. */
export function ownPool(
  connection: PostgresConnection,
  authority: StoreAuthority | undefined,
): PostgresSource {
  let making: ReturnType<typeof createPool> | undefined;
  let isTimed = true;

  async function pool() {
    const made = (making ??= createPool(connection, authority, isTimed));
    try {
      return await made;
    } catch (error) {
      // A package that is missing may be installed by the next time.
      if (making === made) making = undefined;
      throw error;
    }
  }

  async function end() {
    const made = making;
    making = undefined;
    await (await made?.catch(() => undefined))?.end();
  }

  async function connect(): Promise<PoolClient> {
    try {
      return await (await pool()).connect();
    } catch (error) {
      if (!isTimed || !refusesParameters(error)) throw error;
      isTimed = false;
      await end();
      return (await pool()).connect();
    }
  }

  return {
    use: async (operation, signal) => lend(await connect(), operation, signal),
    close: end,
  };
}

/** PgBouncer takes no parameters at the start that it does not know; its own pool bounds what waits in the server. */
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
  // Ends the connection, whose statement nobody waits for.
  const forget = onAbort(signal, () => giveBack(true));
  // The statement fails as well; without a listener the error would end the process.
  client.on('error', ignore);
  try {
    // The time may have run out before there was a connection: then nothing is sent.
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
  isTimed: boolean,
) {
  const { Pool } = await importPg();
  const pool = new Pool({
    ...connection,
    ...(connection.ssl && { ssl: trustingHost(connection.host, authority) }),
    application_name: 'nestjs-betfair-session',
    ...(isTimed && { statement_timeout: STATEMENT_TIMEOUT_MS }),
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    allowExitOnIdle: true,
    keepAlive: true,
  });
  // An idle connection that is lost has left the pool; without a listener its error would end the process.
  pool.on('error', ignore);
  return pool;
}

/** Checks the certificate against the host also if that is an address, for which `pg` would look for "localhost". */
function trustingHost(host: string, authority: StoreAuthority | undefined) {
  return { ...trustingStore(authority), host };
}

async function importPg() {
  try {
    // The default export: older versions have no other for `import()`.
    return (await importPackage('pg', 'PostgreSQL storage', () => import('pg'))).default;
  } catch (error) {
    if (error instanceof MissingPackageError) throw error;
    throw new BetfairConfigurationError(
      'the package "pg" cannot be loaded. Install it again: npm i pg',
      { cause: safeCause(error) },
    );
  }
}
