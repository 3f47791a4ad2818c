import { Pool } from 'pg';
import { startPostgres } from './postgres.server.mjs';
import { RESUMED, runSampleTwice } from './store.sample.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: Pool;

beforeAll(async () => {
  server = await startPostgres();
  admin = new Pool({ connectionString: server.url });
  await admin.query(
    'CREATE TABLE betfair_session (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL)',
  );
}, 60_000);
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

it('the sample keeps its session in PostgreSQL, and a restart resumes it', async () => {
  const outcome = await runSampleTwice(server.url);
  expect(outcome).toEqual(RESUMED);
  const { rows } = await admin.query(
    `SELECT convert_from(value, 'UTF8') AS token FROM betfair_session WHERE key LIKE '%.token'`,
  );
  expect(rows).toEqual([{ token: outcome.tokens[0] }]);
});
