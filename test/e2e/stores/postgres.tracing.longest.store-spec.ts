import { inspect } from 'node:util';
import { Pool } from 'pg';
import { startPostgres } from './postgres.server.mjs';
import { seenIn, trace } from './tracing.js';

let server: Awaited<ReturnType<typeof startPostgres>>;
let admin: Pool;

beforeAll(async () => {
  server = await startPostgres();
  admin = new Pool({ connectionString: server.url });
}, 60_000);
beforeEach(async () => {
  await admin.query('DROP TABLE IF EXISTS betfair_session');
  await admin.query(
    'CREATE TABLE betfair_session (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL)',
  );
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

it.each(['url', 'pool'])(
  'tracing that prints the parameters of statements shows no token of PostgresStorage (%s)',
  async (store) => {
    const { tokens, counts, spans } = await trace(store, server.url);
    expect(counts).toMatchObject({ logins: 2, logouts: 1 });
    expect(new Set(tokens).size).toBe(2);
    const valuesOf = (command: string) =>
      spans
        .filter(({ name }) => name.startsWith(`pg.query:${command}`))
        .map(({ attributes }) => JSON.stringify(attributes['db.postgresql.values']));
    for (const command of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
      expect(valuesOf(command)).toContainEqual(expect.stringMatching(/session-\w+\.token"/));
    }
    const shown = JSON.stringify(spans);
    expect(seenIn(shown, 'CANARY-that-tracing-shows')).toEqual(['text']);
    for (const token of tokens) expect(seenIn(shown, token)).toEqual([]);
  },
);

it.each(Object.entries({ 'at the start': '', 'after a byte': '.', 'after two bytes': '..' }))(
  'a token is found in all that may be printed of its bytes (%s)',
  (_, before) => {
    const token = '8pQEKZJ+07mUEueHYTTMvax+ddOLetsEnlYNtUw6wM4=';
    const bytes = Buffer.from(`${before}${token}\n`);
    for (const [form, shown] of [
      ['text', bytes.toString()],
      ['text', encodeURIComponent(bytes.toString())],
      ['hex', bytes.toString('hex').toUpperCase()],
      ['hex', inspect(bytes)],
      ['base64', bytes.toString('base64')],
      ['base64', bytes.toString('base64url')],
      ['numbers', JSON.stringify(bytes)],
      ['numbers', JSON.stringify(new Uint8Array(bytes))],
      ['numbers', inspect(new Uint8Array(bytes))],
    ] as const) {
      expect(seenIn(shown, token)).toEqual([form]);
    }
  },
);
