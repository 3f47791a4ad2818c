import { inspect } from 'node:util';
import {
  type PostgresClientLike,
  PostgresStorage,
  SessionStorageError,
  StorageConflictError,
} from 'nestjs-betfair-session';

const TOKEN = 'CANARY-token';
const CONDITION = { ifVersion: 'v' };

/** A client that answers each statement with the next of these; the last one again and again. */
function client(...answers: readonly unknown[]) {
  const statements: string[] = [];
  return {
    statements,
    query: async (text: string) => {
      const answer = answers[Math.min(statements.push(text), answers.length) - 1];
      if (answer instanceof Error) throw answer;
      return Object(answer);
    },
  } satisfies PostgresClientLike & { statements: string[] };
}

/** What `pg` throws for a row that violates a constraint, and worse. */
function serverError(code: string): Error {
  return Object.assign(new Error(`${TOKEN} in message`), {
    name: 'error',
    severity: 'ERROR',
    code,
    detail: `Failing row contains (${TOKEN}).`,
    where: TOKEN,
    query: TOKEN,
    parameters: [TOKEN],
    hint: TOKEN,
    client: { password: TOKEN },
  });
}

async function failureOf(operation: Promise<unknown>): Promise<SessionStorageError> {
  const error: unknown = await operation.catch((reason: unknown) => reason);
  if (!(error instanceof SessionStorageError)) throw error;
  const shown = inspect(error, { depth: Infinity, showHidden: true, getters: true });
  expect(shown + JSON.stringify(error)).not.toContain('CANARY');
  return error;
}

describe('PostgresStorage tells failures apart:', () => {
  it.each([
    ['28P01', 'denied', /PostgreSQL refused the user\. Check user and password/],
    ['28000', 'denied', /pg_hba\.conf/],
    ['42501', 'denied', /GRANT SELECT, INSERT, UPDATE, DELETE ON "t" TO …/],
    [
      '42P01',
      'misconfigured',
      /The table does not exist\. Create it: CREATE TABLE "t" \(key text PRIMARY KEY/,
    ],
    ['3F000', 'misconfigured', /CREATE TABLE "t"/],
    ['3D000', 'misconfigured', /The database does not exist.*CREATE TABLE "t"/],
    ['42703', 'misconfigured', /lacks a column.*CREATE TABLE "t"/],
    ['23502', 'misconfigured', /lacks a column/],
    ['0A000', 'unsupported', /does not support a statement/],
  ] as const)('%s is %s, at the first answer', async (code, failure, says) => {
    const failing = client(serverError(code));
    const store = new PostgresStorage({ client: failing, table: 't' });
    const error = await failureOf(store.write('k', TOKEN, CONDITION));
    expect(error.message).toMatch(/^Could not write "k" to the PostgreSQL table "t" \(/);
    expect(error.message).toContain(`(${code})`);
    expect(error.message).toMatch(says);
    expect(error).toMatchObject({ failure, retryable: false, cause: { code } });
    expect(failing.statements).toHaveLength(1);
  });

  it.each([
    '08006',
    '25006',
    '40001',
    '40P01',
    '53100',
    '53200',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '57P03',
    '58030',
    'XX000',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOTFOUND',
  ])('%s is tried again', async (code) => {
    const passing = client(serverError(code), { rows: [{ version: 'stored' }] });
    await new PostgresStorage({ client: passing }).write('k', TOKEN, CONDITION);
    expect(passing.statements).toHaveLength(2);
  });

  it.each([
    ['42501', 'permission denied for database "db"', 'denied', /GRANT CONNECT ON DATABASE/],
    ['42501', 'new row violates row-level security policy', 'misconfigured', /row-level policy/],
    ['08P01', 'no such database: db', 'misconfigured', /The database does not exist/],
    ['08P01', 'password authentication failed', 'denied', /refused the user/],
    ['P0001', 'of a trigger', 'misconfigured', /A trigger, a rule or a row-level policy/],
    ['0A000', 'cannot perform INSERT RETURNING on a rule', 'misconfigured', /a rule/],
  ] as const)('%s with "%s" is %s', async (code, message, failure, says) => {
    const refusing = client(Object.assign(serverError(code), { message }));
    const error = await failureOf(new PostgresStorage({ client: refusing }).read('k'));
    expect(error).toMatchObject({ failure, message: expect.stringMatching(says) });
  });

  it('shows no text of a client that was handed in, whatever its code', async () => {
    const failing = client(Object.assign(new Error(`sent ${TOKEN}`), { code: 'ERR_TLS_X' }));
    await failureOf(new PostgresStorage({ client: failing }).write('k', TOKEN, CONDITION));
  });

  it('all that is tried again is unavailable in the end', async () => {
    const advice = {
      '25006': 'Connect to the primary',
      '40001': 'Other processes kept changing the object',
      '53100': 'The disk or the memory of the server is full',
      '53300': 'reached its limit of connections',
      '57014': 'timed out',
      '57P03': 'starting up or shutting down',
      XX000: 'Its log says why',
      EAI_AGAIN: 'The host was not found',
      ECONNRESET: 'There was no connection',
      [`42 ${TOKEN}`]: '(no answer)',
    };
    const checks = Object.entries(advice).map(async ([code, says]) => {
      const store = new PostgresStorage({ client: client(serverError(code)) });
      const error = await failureOf(store.read('k'));
      expect(error).toMatchObject({ failure: 'unavailable', retryable: true });
      expect(error.message).toContain(says);
    });
    await Promise.all(checks);
  }, 15_000);

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'misconfigured', /sslrootcert/],
    ['CERT_HAS_EXPIRED', 'misconfigured', /sslrootcert/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'misconfigured', /is for another host/],
  ])('%s is %s', async (code, failure, says) => {
    const failing = client(Object.assign(new Error('of the certificate'), { code }));
    const error = await failureOf(new PostgresStorage({ client: failing }).read('k'));
    expect(error.failure).toBe(failure);
    expect(error.message).toMatch(says);
    expect(failing.statements).toHaveLength(1);
  });

  it.each([
    ['The server does not support SSL connections', 'misconfigured', /has no TLS/],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'denied', /PGPASSWORD/],
  ])('"%s" is %s', async (message, failure, says) => {
    const store = new PostgresStorage({ client: client(new Error(message)) });
    const error = await failureOf(store.read('k'));
    expect(error.failure).toBe(failure);
    expect(error.message).toMatch(says);
  });
});

describe('PostgresStorage on a client', () => {
  it('writes a row that has not the version to nobody else', async () => {
    const losing = new PostgresStorage({ client: client({ rows: [] }) });
    const conflict = expect.any(StorageConflictError);
    await expect(losing.write('k', TOKEN, CONDITION)).rejects.toEqual(conflict);
    await expect(losing.write('k', TOKEN, { ifAbsent: true })).rejects.toEqual(conflict);
  });

  it('deletes what is there, and minds what another stored', async () => {
    const row = { rows: [{ version: 'x', value: '' }] };
    const [deleted, absent, other] = [client(row), client({ rows: [] }), client({ rows: [] }, row)];
    await new PostgresStorage({ client: deleted }).delete('k', CONDITION);
    expect(deleted.statements).toHaveLength(1);
    await new PostgresStorage({ client: absent }).delete('k', CONDITION);
    const deleting = new PostgresStorage({ client: other }).delete('k', CONDITION);
    await expect(deleting).rejects.toBeInstanceOf(StorageConflictError);
  });

  it.each([
    ['the rows themselves, as TypeORM does', []],
    ['rows and their count, as TypeORM does for UPDATE', [[], 0]],
    ['nothing', undefined],
  ])('says what it needs if the client resolves to %s', async (_, answer) => {
    const odd = client(answer);
    const store = new PostgresStorage({ client: odd });
    for (const operation of [store.open(), store.read('k'), store.write('k', TOKEN, CONDITION)]) {
      const error = await failureOf(operation);
      expect(error).toMatchObject({ failure: 'misconfigured' });
      expect(error.message).toMatch(/did not return \{ rows \}\. Pass a pool of pg/);
    }
  });

  it.each([
    [{ VALUE: '', VERSION: 'v' }],
    [{ value: null, version: 'v' }],
    [{ value: '', version: '' }],
  ])('says what it needs if a row is %j', async (row) => {
    const store = new PostgresStorage({ client: client({ rows: [row] }) });
    const error = await failureOf(store.read('k'));
    expect(error).toMatchObject({ failure: 'misconfigured' });
    expect(error.message).toMatch(/without the strings value and version/);
  });

  it('does nothing with a pool that it closes, and asks nothing for a signal that is aborted', async () => {
    const unused = client({ rows: [] });
    const store = new PostgresStorage({ client: unused });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(store.read('k', { signal })).rejects.toThrow('enough');
    await store.close();
    expect(unused.statements).toEqual([]);
  });
});

it('PostgresStorage passes the value as bytes that do not show it when printed', async () => {
  const seen: unknown[] = [];
  const recording = {
    query: async (_: string, [, value]: unknown[]) => ({ rows: [seen.push(value)] }),
  } satisfies PostgresClientLike;
  const store = new PostgresStorage({ client: recording });
  await store.write('k', TOKEN, { ifAbsent: true });
  await store.write('k', TOKEN, CONDITION);
  expect(seen).toHaveLength(2);
  for (const value of seen) {
    if (!(value instanceof Uint8Array)) throw new Error('It should be bytes.');
    expect(Buffer.from(value).toString()).toBe(TOKEN);
    for (const shown of [String(value), JSON.stringify(value), inspect([value])]) {
      expect(shown).toContain('(bytes of a session)');
      expect(shown).not.toMatch(/CANARY|67/);
    }
  }
});
