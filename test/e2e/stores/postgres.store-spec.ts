import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  getSessionStorageToken,
  PostgresStorage,
  type SessionStorage,
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { Pool } from 'pg';
import { makeCertificate } from '../../identity/support/certificates.js';
import { PooledModule } from '../../readme/snippets/pooled.module.js';
import { PostgresProxy } from './postgres.proxy.js';
import { missingPgBouncer, startPgBouncer, startPostgres } from './postgres.server.mjs';
import { ROUNDS } from './rounds.js';

const TOKEN = 'CANARY-token-5e1d';
const PASSWORD = 'CANARY-pass:w@rd/?#%';
const USER = 'CANARY-bot';
const SECRETS = [TOKEN, PASSWORD, encodeURIComponent(PASSWORD), USER, 'CANARY'];
const TABLE =
  'CREATE TABLE "betfair_session" (key text PRIMARY KEY, value bytea NOT NULL, version text NOT NULL)';
const RIGHTS = 'GRANT SELECT, INSERT, UPDATE, DELETE ON "betfair_session" TO';
/** The session manager gives up on an operation after 10 s. */
const DEADLINE = 9_900;

@Global()
@Module({ providers: [{ provide: 'PG_POOL', useFactory: () => admin }], exports: ['PG_POOL'] })
class DatabaseModule {}

let server: Awaited<ReturnType<typeof startPostgres>>;
let proxy: PostgresProxy;
let admin: Pool;
let store: PostgresStorage;
let behind: PostgresStorage;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await PostgresProxy.start(server.port);
  admin = new Pool({ connectionString: server.url });
  await admin.query(TABLE);
  // Serialisable for those of the second user.
  for (const [user, isolation] of [
    [USER, 'read committed'],
    [`${USER}-strict`, 'serializable'],
  ] as const) {
    await admin.query(`CREATE ROLE "${user}" LOGIN PASSWORD '${PASSWORD}'`);
    await admin.query(`ALTER ROLE "${user}" SET default_transaction_isolation = '${isolation}'`);
    await admin.query(`${RIGHTS} "${user}"`);
  }
  store = new PostgresStorage({ url: url() });
  behind = new PostgresStorage({ url: url({ port: proxy.port }) });
}, 60_000);
afterEach(() => proxy.reset());
afterAll(async () => {
  await store?.close();
  await behind?.close();
  await admin?.end();
  await proxy?.stop();
  await server?.stop();
});

function url({
  port = server.port,
  user = USER,
  password = PASSWORD,
  database = 'postgres',
  parameters = '',
} = {}): string {
  return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}${parameters}`;
}

function newKey(): string {
  return `faults/${randomUUID()}.token`;
}

function shownOf(value: unknown): string {
  return (
    inspect(value, { depth: Infinity, showHidden: true, getters: true }) + JSON.stringify(value)
  );
}

/** The failure of an operation; it shows no secret. */
async function failureOf(operation: Promise<unknown>): Promise<unknown> {
  const error: unknown = await operation.then(
    (result) => {
      throw new Error(`It should have failed, but gave ${inspect(result)}.`);
    },
    (reason: unknown) => reason,
  );
  for (const secret of SECRETS) expect(shownOf(error)).not.toContain(secret);
  return error;
}

async function expectFailure(operation: Promise<unknown>, failure: StorageFailure, says: RegExp) {
  const error = await failureOf(operation);
  if (!(error instanceof SessionStorageError)) throw error;
  expect(error.message).toMatch(says);
  expect(error.failure).toBe(failure);
}

/** Each operation on an object that exists; the version is right. */
async function allOperations(target: PostgresStorage) {
  const [key, created] = [newKey(), newKey()];
  const ifVersion = await store.write(key, 'old', { ifAbsent: true });
  return {
    read: () => target.read(key),
    create: () => target.write(created, TOKEN, { ifAbsent: true }),
    replace: () => target.write(key, TOKEN, { ifVersion }),
    delete: () => target.delete(key, { ifVersion }),
  };
}

/** Does something while the table is locked. */
async function whileLocked(work: () => Promise<void>): Promise<void> {
  const other = await admin.connect();
  await other.query('BEGIN; LOCK TABLE betfair_session');
  try {
    await work();
  } finally {
    await other.query('ROLLBACK');
    other.release();
  }
}

/** Every operation, and opening, fails in that way. */
async function expectFailures(target: PostgresStorage, failure: StorageFailure, says: RegExp) {
  const operations = Object.values(await allOperations(target));
  const begun = performance.now();
  await Promise.all(
    [() => target.open(), ...operations].map((run) => expectFailure(run(), failure, says)),
  );
  expect(performance.now() - begun).toBeLessThan(DEADLINE);
  await target.close();
}

describe('PostgresStorage: the contract', () => {
  let pool: Pool;
  let strict: Pool;
  let lite: PGlite;
  let liteStrict: PGlite;

  beforeAll(async () => {
    const connection = {
      host: '127.0.0.1',
      port: server.port,
      database: 'postgres',
      password: PASSWORD,
    };
    pool = new Pool({ ...connection, user: USER });
    strict = new Pool({ ...connection, user: `${USER}-strict` });
    lite = await PGlite.create();
    liteStrict = await PGlite.create();
    await liteStrict.exec(`SET default_transaction_isolation = 'serializable'`);
    for (const one of [lite, liteStrict]) await one.exec(TABLE);
  }, 60_000);
  afterAll(async () => {
    await pool?.end();
    await strict?.end();
    await lite?.close();
    await liteStrict?.close();
  });

  describe.each([
    ['by URL', () => new PostgresStorage({ url: url() }), ROUNDS],
    [
      'by URL, serialisable',
      () => new PostgresStorage({ url: url({ user: `${USER}-strict` }) }),
      ROUNDS,
    ],
    ['on a pool', () => new PostgresStorage({ client: pool, prefix: 'pool/' }), 20],
    ['on a pool, serialisable', () => new PostgresStorage({ client: strict }), 20],
    ['on PGlite', () => new PostgresStorage({ client: lite }), 20],
    ['on PGlite, serialisable', () => new PostgresStorage({ client: liteStrict }), 20],
  ])('%s', (_, create, rounds) => {
    const cases = sessionStorageConformance({ create, rounds });
    it('opens', async () => {
      const opened = create();
      await opened.open();
      await opened.close();
    });
    for (const { name, run } of cases) it(name, run, 120_000);
  });

  it('leaves a pool that was handed in open', async () => {
    const onPool = new PostgresStorage({ client: pool });
    await onPool.close();
    expect(await onPool.read(newKey())).toBeUndefined();
  });

  it('works again after it was closed', async () => {
    const reopened = new PostgresStorage({ url: url() });
    await reopened.open();
    await reopened.close();
    expect(await reopened.read(newKey())).toBeUndefined();
    await reopened.close();
  });

  it('keeps tables and prefixes apart', async () => {
    await admin.query('CREATE SCHEMA betting');
    await admin.query(TABLE.replace('"betfair_session"', 'betting."Sessions"'));
    await admin.query(`GRANT USAGE ON SCHEMA betting TO "${USER}"`);
    await admin.query(RIGHTS.replace('"betfair_session"', 'betting."Sessions"') + `"${USER}"`);
    const key = newKey();
    const stores = [
      '',
      '?prefix=a/',
      '?table=betting.Sessions',
      '?table=betting.Sessions&prefix=a/',
    ].map((parameters) => new PostgresStorage({ url: url({ parameters }) }));
    for (const one of stores) await one.write(key, one.location ?? '', { ifAbsent: true });
    for (const one of stores) expect(await one.read(key)).toMatchObject({ value: one.location });
    for (const one of stores) await one.close();
  });
});

const withPgBouncer = missingPgBouncer() === undefined ? describe : describe.skip;
withPgBouncer('PostgresStorage: the contract behind PgBouncer, in transaction mode', () => {
  let bouncer: Awaited<ReturnType<typeof startPgBouncer>>;

  beforeAll(async () => {
    bouncer = await startPgBouncer(server.port, { user: USER, password: PASSWORD });
  }, 60_000);
  afterAll(() => bouncer?.stop());

  const create = () => new PostgresStorage({ url: url({ port: bouncer.port }) });
  it('opens', async () => {
    const opened = create();
    await opened.open();
    await opened.close();
  });
  for (const { name, run } of sessionStorageConformance({ create, rounds: 20 })) {
    it(name, run, 120_000);
  }

  it('is denied with a wrong password', async () => {
    const wrong = new PostgresStorage({ url: url({ port: bouncer.port, password: 'CANARY-x' }) });
    await expectFailures(wrong, 'denied', /refused the user/);
  });
});

describe('PostgresStorage: lost answers', () => {
  it.each([1, 2])('are no conflict (%d in a row)', async (answers) => {
    const key = newKey();
    proxy.lose(answers);
    const first = await behind.write(key, 'first', { ifAbsent: true });
    expect(await store.read(key)).toEqual({ value: 'first', version: first });
    proxy.lose(answers);
    const second = await behind.write(key, 'second', { ifVersion: first });
    expect(await store.read(key)).toEqual({ value: 'second', version: second });
    proxy.lose(answers);
    await behind.delete(key, { ifVersion: second });
    expect(await store.read(key)).toBeUndefined();
    expect(proxy.left).toBe(0);
  });

  it('are a conflict where another writer has won', async () => {
    const key = newKey();
    const first = await store.write(key, 'first', { ifAbsent: true });
    await store.write(key, 'of another', { ifVersion: first });
    for (const losing of [
      () => behind.write(key, TOKEN, { ifVersion: first }),
      () => behind.write(key, TOKEN, { ifAbsent: true }),
      () => behind.delete(key, { ifVersion: first }),
    ]) {
      proxy.lose(1);
      expect(await failureOf(losing())).toBeInstanceOf(StorageConflictError);
    }
    expect(await store.read(key)).toMatchObject({ value: 'of another' });
    expect(proxy.left).toBe(0);
  });
});

describe('PostgresStorage: a server that does not answer', () => {
  it('is unavailable when nothing listens', async () => {
    const gone = await PostgresProxy.start(server.port);
    const { port } = gone;
    await gone.stop();
    const dead = new PostgresStorage({ url: url({ port }) });
    await expectFailures(dead, 'unavailable', /\(ECONNREFUSED\)\. There was no connection/);
  });

  it('is unavailable when its name is not found', async () => {
    const nowhere = new PostgresStorage({ url: 'postgres://no-such-host.invalid/postgres' });
    await expectFailures(
      nowhere,
      'unavailable',
      /\((ENOTFOUND|EAI_AGAIN)\)\. The host was not found/,
    );
  });

  it('is unavailable before the session manager gives up, and then sends nothing of it any more', async () => {
    const operations = await allOperations(behind);
    await operations.read();
    proxy.hang();
    const begun = performance.now();
    await Promise.all(
      Object.values(operations).map((run) => expectFailure(run(), 'unavailable', /in time/)),
    );
    expect(performance.now() - begun).toBeLessThan(DEADLINE);
    proxy.reset();
    expect(await operations.read()).toMatchObject({ value: 'old' });
    await operations.replace();
  });

  it('holds no connection after it was closed', async () => {
    const hanging = new PostgresStorage({ url: url({ port: proxy.port }) });
    expect(await hanging.read(newKey())).toBeUndefined();
    proxy.hang();
    await expectFailure(hanging.read(newKey()), 'unavailable', /in time/);
    await hanging.close();
    await until(() => proxy.open === 0);
  });

  it('ends with the signal, and a cancelled write leaves the old value', async () => {
    const key = newKey();
    const ifVersion = await store.write(key, 'old', { ifAbsent: true });
    proxy.hang();
    const reason = new Error('enough');
    for (const operate of [
      (signal: AbortSignal) => behind.read(key, { signal }),
      (signal: AbortSignal) => behind.write(key, TOKEN, { ifVersion }, { signal }),
      (signal: AbortSignal) => behind.delete(key, { ifVersion }, { signal }),
    ]) {
      const controller = new AbortController();
      const failing = failureOf(operate(controller.signal));
      setTimeout(() => controller.abort(reason), 50);
      expect(await failing).toBe(reason);
    }
    await until(() => proxy.open === 0);
    expect(await store.read(key)).toEqual({ value: 'old', version: ifVersion });
  });
});

describe('PostgresStorage: a server that has trouble', () => {
  it('is asked again over a new connection if the connection was killed', async () => {
    const key = newKey();
    const version = await store.write(key, 'kept', { ifAbsent: true });
    const kill = () =>
      admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
        USER,
      ]);
    // Idle: its error, which nobody waits for, must not end the process.
    await kill();
    await until(async () => (await connected()) === 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await store.read(key)).toEqual({ value: 'kept', version });
    // At work, behind a lock that another holds.
    const other = await admin.connect();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM betfair_session WHERE key = $1 FOR UPDATE', [key]);
    const writing = store.write(key, 'written', { ifVersion: version });
    await until(async () => (await waiting()) > 0);
    await kill();
    await other.query('COMMIT');
    other.release();
    const written = await writing;
    expect(await store.read(key)).toEqual({ value: 'written', version: written });
  });

  it('is unavailable if statements run out of time', async () => {
    await admin.query(`CREATE ROLE hurried LOGIN PASSWORD '${PASSWORD}'`);
    await admin.query(`${RIGHTS} hurried`);
    await admin.query("ALTER ROLE hurried SET lock_timeout = '50ms'");
    const hurried = new PostgresStorage({ url: url({ user: 'hurried' }) });
    const key = newKey();
    const ifVersion = await store.write(key, 'old', { ifAbsent: true });
    const other = await admin.connect();
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM betfair_session WHERE key = $1 FOR UPDATE', [key]);
    await expectFailure(
      hurried.write(key, TOKEN, { ifVersion }),
      'unavailable',
      /\(55P03\)\. The statement .* timed out\. Check for a lock/,
    );
    await other.query('ROLLBACK');
    other.release();
    await hurried.write(key, 'new', { ifVersion });
    await hurried.close();
  });

  describe('with a table that somebody has locked', () => {
    it('leaves no more waiting in the server than one operation', async () => {
      const blocked = new PostgresStorage({ url: url() });
      await whileLocked(async () => {
        for (let count = 0; count < 3; count++) {
          await expectFailure(
            blocked.read(newKey()),
            'unavailable',
            /\(57014\)\. .* Check for a lock on the table, such as from a migration/,
          );
          expect(await waiting()).toBeLessThanOrEqual(1);
        }
      });
      expect(await blocked.read(newKey())).toBeUndefined();
      await blocked.close();
    }, 40_000);

    it('leaves the pool of an application to the application', async () => {
      const pool = new Pool({ connectionString: server.url, max: 4 });
      const borrowing = new PostgresStorage({ client: pool });
      await whileLocked(async () => {
        const reads = Array.from({ length: 4 }, () => failureOf(borrowing.read(newKey())));
        await Promise.all(reads);
        expect(await waiting()).toBeLessThanOrEqual(2);
        const { rows } = await pool.query('SELECT 1 AS one');
        expect(rows).toEqual([{ one: 1 }]);
      });
      expect(await borrowing.read(newKey())).toBeUndefined();
      await pool.end();
    }, 40_000);
  });

  it('is unavailable if it takes no writes, which is found out at the start', async () => {
    await admin.query(`CREATE ROLE standby LOGIN PASSWORD '${PASSWORD}'`);
    await admin.query(`${RIGHTS} standby`);
    await admin.query('ALTER ROLE standby SET default_transaction_read_only = on');
    const standby = new PostgresStorage({ url: url({ user: 'standby' }) });
    const operations = await allOperations(standby);
    for (const run of [
      () => standby.open(),
      operations.create,
      operations.replace,
      operations.delete,
    ]) {
      await expectFailure(run(), 'unavailable', /\(25006\)\. .* Connect to the primary/);
    }
    expect(await operations.read()).toMatchObject({ value: 'old' });
    await standby.close();
  });

  it('is unavailable without a connection left', async () => {
    await admin.query(`CREATE ROLE crowd LOGIN PASSWORD '${PASSWORD}' CONNECTION LIMIT 0`);
    const crowd = new PostgresStorage({ url: url({ user: 'crowd' }) });
    await expectFailures(crowd, 'unavailable', /\(53300\)\. .* reached its limit of connections/);
  });
});

describe('PostgresStorage: a server that says no', () => {
  it('is denied with a wrong password or user', async () => {
    for (const wrong of [url({ password: 'CANARY-wrong' }), url({ user: 'CANARY-nobody' })]) {
      await expectFailures(
        new PostgresStorage({ url: wrong }),
        'denied',
        /\(28P01\)\. PostgreSQL refused the user/,
      );
    }
  });

  it('is denied without a password', async () => {
    const without = new PostgresStorage({
      url: `postgres://${USER}@127.0.0.1:${server.port}/postgres`,
    });
    await expectFailures(without, 'denied', /PostgreSQL refused the user/);
  });

  it.each(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])(
    'is denied without the right %s, at the start',
    async (right) => {
      await admin.query(`CREATE ROLE lacking LOGIN PASSWORD '${PASSWORD}'`);
      await admin.query(`${RIGHTS} lacking`);
      await admin.query(`REVOKE ${right} ON betfair_session FROM lacking`);
      const lacking = new PostgresStorage({ url: url({ user: 'lacking' }) });
      await expectFailure(
        lacking.open(),
        'denied',
        /\(42501\)\. The user lacks a permission.* GRANT SELECT, INSERT, UPDATE, DELETE ON "betfair_session" TO …/,
      );
      await lacking.close();
      await admin.query('DROP OWNED BY lacking');
      await admin.query('DROP ROLE lacking');
    },
  );

  it('is denied without any right', async () => {
    await admin.query(`CREATE ROLE nobody LOGIN PASSWORD '${PASSWORD}'`);
    await expectFailures(
      new PostgresStorage({ url: url({ user: 'nobody' }) }),
      'denied',
      /\(42501\)/,
    );
  });

  it.each([
    [
      'table',
      '3F000|42P01',
      { parameters: '?table=no_such_table' },
      'CREATE TABLE "no_such_table" \\(key text',
    ],
    [
      'schema',
      '3F000|42P01',
      { parameters: '?table=no_such.x' },
      'CREATE TABLE "no_such"."x" \\(key text',
    ],
    ['database', '3D000', { database: 'no_such_database' }, 'CREATE TABLE "betfair_session"'],
  ])('is misconfigured without the %s, never an absent object', async (_, code, place, create) => {
    await expectFailures(
      new PostgresStorage({ url: url(place) }),
      'misconfigured',
      new RegExp(`\\((${code})\\)\\. The (?:table|database) does not exist\\. .*${create}`),
    );
  });

  it.each([
    ['key text PRIMARY KEY, value bytea NOT NULL', '42703'],
    ['key text, value bytea NOT NULL, version text NOT NULL', '42P10'],
    ['key text PRIMARY KEY, value integer NOT NULL, version text NOT NULL', '42883'],
    ['key integer PRIMARY KEY, value bytea NOT NULL, version text NOT NULL', '22P02'],
  ])('is misconfigured, at the start, with the columns (%s)', async (columns, code) => {
    await admin.query(`CREATE TABLE other (${columns})`);
    await admin.query(RIGHTS.replace('"betfair_session"', 'other') + `"${USER}"`);
    const wrong = new PostgresStorage({ url: url({ parameters: '?table=other' }) });
    await expectFailure(
      wrong.open(),
      'misconfigured',
      new RegExp(`\\(${code}\\)\\. The table lacks`),
    );
    await wrong.close();
    await admin.query('DROP TABLE other');
  });

  it('is misconfigured without TLS where TLS is asked for, and with a certificate that is not trusted', async () => {
    const parameters = '?sslmode=require';
    const withTls = () => new PostgresStorage({ url: url({ parameters }) });
    await expectFailures(withTls(), 'misconfigured', /\(no answer\)\. The server has no TLS/);
    const own = await makeCertificate({ purposes: ['serverAuth'], names: ['127.0.0.1'] });
    const ca = own.cert;
    server.useTls(own);
    await admin.query('SELECT pg_reload_conf()');
    await expectFailures(
      withTls(),
      'misconfigured',
      /\(DEPTH_ZERO_SELF_SIGNED_CERT\)\. .* sslrootcert/,
    );
    const file = join(await mkdtemp(join(tmpdir(), 'betfair-ca-')), 'ca.pem');
    await writeFile(file, ca);
    for (const trusting of [
      new PostgresStorage({ url: url({ parameters }), ca }),
      new PostgresStorage({ url: url({ parameters: `?sslrootcert=${encodeURIComponent(file)}` }) }),
    ]) {
      await trusting.open();
      await trusting.close();
    }
    await rm(dirname(file), { recursive: true });
    const elsewhere = await makeCertificate({ purposes: ['serverAuth'], names: ['localhost'] });
    server.useTls(elsewhere);
    await admin.query('SELECT pg_reload_conf()');
    await expectFailures(
      new PostgresStorage({ url: url(), ca: elsewhere.cert }),
      'misconfigured',
      /\(ERR_TLS_CERT_ALTNAME_INVALID\)\. .* is for another host/,
    );
  });

  it('shows nothing of a row that it could not store', async () => {
    expect(server.log()).not.toContain(TOKEN);
    expect(server.log()).not.toContain(Buffer.from(TOKEN).toString('hex'));
    await admin.query(TABLE.replace('"betfair_session"', 'narrow'));
    await admin.query(`ALTER TABLE narrow ADD CHECK (length(value) < 3)`);
    await admin.query(RIGHTS.replace('"betfair_session"', 'narrow') + `"${USER}"`);
    const narrow = new PostgresStorage({ url: url({ parameters: '?table=narrow' }) });
    await expectFailure(narrow.write('k', TOKEN, { ifAbsent: true }), 'misconfigured', /\(23514\)/);
    await narrow.close();
    const onPGlite = await PGlite.create();
    await onPGlite.exec(`${TABLE}; ALTER TABLE betfair_session ADD CHECK (length(value) < 3)`);
    const lite = new PostgresStorage({ client: onPGlite });
    await expectFailure(lite.write('k', TOKEN, { ifAbsent: true }), 'misconfigured', /\(23514\)/);
    await onPGlite.close();
  });
});

it('PostgresStorage shows no secret when it is inspected, with connections or without', async () => {
  await store.write(newKey(), TOKEN, { ifAbsent: true });
  for (const one of [store, new PostgresStorage({ url: url() })]) {
    for (const secret of SECRETS) expect(shownOf(one)).not.toContain(secret);
    expect(one.location).toBe(`postgres://127.0.0.1:${server.port}/postgres/betfair_session/`);
  }
});

/** Connections of the store. */
async function connected(): Promise<number> {
  const { rows } = await admin.query('SELECT pid FROM pg_stat_activity WHERE usename = $1', [USER]);
  return rows.length;
}

/** Statements that wait for a lock, also for clients that are gone. */
async function waiting(): Promise<number> {
  const { rows } = await admin.query(
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
  );
  return rows.length;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

it('the pool of an application keeps its sessions, as the documentation shows', async () => {
  await admin.query('CREATE SCHEMA IF NOT EXISTS betting');
  await admin.query(TABLE.replace('"betfair_session"', 'betting.betfair_session'));
  const variables = {
    BETFAIR_USERNAME: 'me',
    BETFAIR_PASSWORD: 'secret',
    BETFAIR_APP_KEY: 'key',
    BETFAIR_LOGIN: 'interactive',
  };
  Object.assign(process.env, variables);
  const app = await Test.createTestingModule({ imports: [DatabaseModule, PooledModule] })
    .compile()
    .finally(() => {
      for (const name of Object.keys(variables)) delete process.env[name];
    });
  const storage = app.get<SessionStorage>(getSessionStorageToken());
  const version = await storage.write('k', TOKEN, { ifAbsent: true });
  await app.close();
  const { rows } = await admin.query('SELECT * FROM betting.betfair_session');
  expect(rows).toEqual([{ key: 'k', value: Buffer.from(TOKEN), version }]);
});
