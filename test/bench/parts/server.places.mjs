// Where sessions are kept on servers that the original library does not know. Round trips are metered.
import { Client } from 'pg';
import { PostgresStorage, RedisStorage } from 'nestjs-betfair-session';
import { startPostgres } from '../../e2e/stores/postgres.server.mjs';
import { startRedis } from '../../e2e/stores/servers.mjs';
import { startPipe } from './delaying.pipe.mjs';
import { Meter } from './meter.mjs';

/** Prefixes in Redis. */
export async function openRedis(latencyMs) {
  const redis = await startRedis();
  return openServer(redis, latencyMs, (url) => new RedisStorage({ url }), redis.origin);
}

/** Prefixes in a table of PostgreSQL. */
export async function openPostgres(latencyMs) {
  const postgres = await startPostgres();
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query(
    'CREATE TABLE betfair_session (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL)',
  );
  await admin.end();
  return openServer(postgres, latencyMs, (url) => new PostgresStorage({ url }), postgres.url);
}

function openServer({ port, stop }, latencyMs, createStorage, origin) {
  let last = 0;
  return {
    async place() {
      const prefix = `${++last}/`;
      return {
        async ours() {
          const meter = new Meter();
          const pipe = await startPipe(port, latencyMs, meter);
          const url = new URL(origin);
          url.port = String(pipe.port);
          url.searchParams.set('prefix', prefix);
          const storage = createStorage(url.href);
          const close = async () => {
            await storage.close();
            await pipe.close();
          };
          return { storage, meter, close };
        },
      };
    },
    close: stop,
  };
}
