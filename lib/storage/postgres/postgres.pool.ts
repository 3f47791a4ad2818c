import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { MissingPackageError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { REQUEST_TIMEOUT } from '../cloud/cloud.attempts.js';
import { importPackage } from '../cloud/cloud.package.js';
import type { PostgresConnection, PostgresSource } from './postgres.client.js';

/** Connections of one process: a session needs hardly one, and another while the first hangs. */
const MOST_CONNECTIONS = 2;
/** Milliseconds after which an unused connection is closed: the steps of a login are closer together. */
const IDLE_TIMEOUT_MS = 10_000;

/** A pool of `pg` that is made at first use. */
export function ownPool(connection: PostgresConnection): PostgresSource {
  let making: ReturnType<typeof createPool> | undefined;
  return {
    connect() {
      const made = (making ??= createPool(connection));
      // A package that is missing may be installed by the next time.
      made.catch(() => {
        if (making === made) making = undefined;
      });
      return made;
    },
    async close() {
      const made = making;
      making = undefined;
      await (await made?.catch(() => undefined))?.end();
    },
  };
}

async function createPool(connection: PostgresConnection) {
  const { Pool } = await importPg();
  const pool = new Pool({
    ...connection,
    application_name: 'nestjs-betfair-session',
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: REQUEST_TIMEOUT,
    // Not statement_timeout: PgBouncer refuses connections that set it.
    query_timeout: REQUEST_TIMEOUT,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    allowExitOnIdle: true,
    keepAlive: true,
  });
  // An idle connection that is lost has left the pool; without a listener its error would end the process.
  pool.on('error', () => {});
  return pool;
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
