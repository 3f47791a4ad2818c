import { PostgresStorage } from 'nestjs-betfair-session';
import { Pool } from 'pg';
import { startPostgres } from './postgres.server.mjs';
import { describeRaces } from './store.races.js';

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

describe.each(['read committed', 'serializable'])('isolation "%s"', (isolation) => {
  describeRaces('PostgresStorage', async () => {
    // For connections that are made from here on.
    await admin.query(`ALTER DATABASE postgres SET default_transaction_isolation = '${isolation}'`);
    const storage = new PostgresStorage({ url: server.url });
    return { url: server.url, storage };
  });
});

it('serialisable transactions were refused meanwhile, and tried again', () => {
  expect(server.log()).toContain('could not serialize access due to concurrent update');
});
