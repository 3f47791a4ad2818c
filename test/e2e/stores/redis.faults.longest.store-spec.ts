import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import {
  RedisStorage,
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from 'nestjs-betfair-session';
import { freePort } from './free-port.mjs';
import { ioredis } from './redis.clients.js';
import { type RedisSettings, RedisServer, startCluster } from './redis.server.js';
import { TcpProxy } from './tcp.proxy.js';

const TOKEN = 'CANARY-token-5e1d';
const PASSWORD = 'CANARY-p%40ss%2Fword';
/** Milliseconds: the session manager gives up on an operation after 10 s. */
const DEADLINE = 9_900;

let server: RedisServer;
let proxy: TcpProxy;
let store: RedisStorage;
let behind: RedisStorage;

beforeAll(async () => {
  server = await RedisServer.start({ flags: ['--enable-debug-command', 'yes'] });
  proxy = await TcpProxy.start(server.port);
  store = new RedisStorage({ url: `redis://${server.address}` });
  behind = new RedisStorage({ url: `redis://${proxy.address}` });
});
afterEach(() => {
  proxy.always();
  proxy.cut();
});
afterAll(async () => {
  await store?.close();
  await behind?.close();
  await proxy?.stop();
  await RedisServer.stopAll();
});

const newKey = () => `faults/${randomUUID()}.token`;

/** The failure of an operation; it shows no secret, nor does the store. */
async function failureOf(operation: Promise<unknown>, of?: RedisStorage): Promise<unknown> {
  const error: unknown = await operation.then(
    (result) => {
      throw new Error(`It should have failed, but gave ${inspect(result)}.`);
    },
    (reason: unknown) => reason,
  );
  const options = { depth: Infinity, showHidden: true, getters: true };
  const shown = inspect(error, options) + JSON.stringify(error) + inspect(of, options);
  expect(shown).not.toContain('CANARY');
  return error;
}

async function expectFailure(
  operation: Promise<unknown>,
  failure: StorageFailure,
  message: RegExp = /./,
  of?: RedisStorage,
) {
  const error = await failureOf(operation, of);
  if (!(error instanceof SessionStorageError)) throw error;
  expect(error.failure).toBe(failure);
  expect(error.message).toMatch(message);
}

/** Every operation, on an object that does not exist. */
function operations(of: RedisStorage, key = newKey()) {
  const ifVersion = randomUUID();
  return {
    read: () => of.read(key),
    create: () => of.write(key, TOKEN, { ifAbsent: true }),
    replace: () => of.write(key, TOKEN, { ifVersion }),
    delete: () => of.delete(key, { ifVersion }),
  };
}

describe('RedisStorage: lost answers', () => {
  it.each(['lose', 'cut'] as const)('are no conflict (%s)', async (fault) => {
    const key = newKey();
    proxy.next('EVAL', fault);
    const first = await behind.write(key, 'first', { ifAbsent: true });
    expect(await store.read(key)).toEqual({ value: 'first', version: first });
    proxy.next('EVAL', fault, fault);
    const second = await behind.write(key, 'second', { ifVersion: first });
    expect(await store.read(key)).toEqual({ value: 'second', version: second });
    proxy.next('EVAL', fault);
    await behind.delete(key, { ifVersion: second });
    expect(await store.read(key)).toBeUndefined();
    expect(proxy.left).toBe(0);
    expect(await server.admin.call('EXISTS', `{${key}}.${second}`)).toBe(0);
  });

  it('are a conflict where another writer has won', async () => {
    const key = newKey();
    const first = await store.write(key, 'first', { ifAbsent: true });
    await store.write(key, 'of another', { ifVersion: first });
    for (const lose of [
      () => behind.write(key, TOKEN, { ifVersion: first }),
      () => behind.write(key, TOKEN, { ifAbsent: true }),
      () => behind.delete(key, { ifVersion: first }),
    ]) {
      proxy.next('EVAL', 'lose');
      expect(await failureOf(lose())).toBeInstanceOf(StorageConflictError);
    }
    expect(proxy.left).toBe(0);
    expect(await store.read(key)).toMatchObject({ value: 'of another' });
    expect(await server.admin.call('KEYS', `{${key}}*`)).toEqual([`{${key}}`]);
  });

  it('of reads are asked for again', async () => {
    proxy.next('GET', 'lose', 'cut');
    expect(await behind.read(newKey())).toBeUndefined();
    expect(proxy.left).toBe(0);
  });
});

describe('RedisStorage: connections', () => {
  it('that the server kills are made anew', async () => {
    const key = newKey();
    let ifVersion = await store.write(key, '0', { ifAbsent: true });
    for (let round = 1; round <= 10; round++) {
      const writing = store.write(key, String(round), { ifVersion });
      await server.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      ifVersion = await writing;
      expect(await store.read(key)).toEqual({ value: String(round), version: ifVersion });
    }
  });

  it('are one for many operations at once, and none after the store was closed, until it is used', async () => {
    const own = new RedisStorage({ url: `redis://${server.address}` });
    const before = await clients();
    await Promise.all(Array.from({ length: 20 }, () => own.read(newKey())));
    expect(await clients()).toBe(before + 1);
    await own.close();
    while ((await clients()) > before) await delay(5);
    await own.read(newKey());
    await own.close();
  });

  it('that nothing listens to are unavailable', async () => {
    const dead = new RedisStorage({ url: `redis://127.0.0.1:${await freePort()}` });
    const begun = performance.now();
    await Promise.all(
      [...Object.values(operations(dead)), () => dead.open()].map((operation) =>
        expectFailure(operation(), 'unavailable', /\(ECONNREFUSED\)/),
      ),
    );
    expect(performance.now() - begun).toBeLessThan(DEADLINE);
    await dead.close();
  });

  it('that hang are unavailable before the session manager gives up, and others work afterwards', async () => {
    await behind.open();
    proxy.always('hang');
    const begun = performance.now();
    await Promise.all(
      Object.values(operations(behind)).map((operation) =>
        expectFailure(operation(), 'unavailable'),
      ),
    );
    expect(performance.now() - begun).toBeLessThan(DEADLINE);
    proxy.always();
    expect(await behind.read(newKey())).toBeUndefined();
  });

  it('end with the signal, and a cancelled write leaves the old value', async () => {
    const key = newKey();
    const ifVersion = await store.write(key, 'old', { ifAbsent: true });
    await behind.open();
    proxy.always('hang');
    const reason = new Error('enough');
    for (const operate of [
      (signal: AbortSignal) => behind.read(key, { signal }),
      (signal: AbortSignal) => behind.write(key, TOKEN, { ifVersion }, { signal }),
      (signal: AbortSignal) => behind.delete(key, { ifVersion }, { signal }),
    ]) {
      const controller = new AbortController();
      const failing = failureOf(operate(controller.signal));
      await delay(20);
      controller.abort(reason);
      expect(await failing).toBe(reason);
    }
    expect(await store.read(key)).toEqual({ value: 'old', version: ifVersion });
  });
});

async function clients(): Promise<number> {
  return String(await server.admin.call('CLIENT', 'LIST', 'TYPE', 'normal'))
    .trim()
    .split('\n').length;
}

describe('RedisStorage: a failover', () => {
  it('that lost a write makes a conflict of the next one, and never an older value of a newer', async () => {
    const key = newKey();
    const first = await store.write(key, 'first', { ifAbsent: true });
    const older = await server.admin.call('GET', `{${key}}`);
    const second = await store.write(key, 'second', { ifVersion: first });
    await server.admin.call('SET', `{${key}}`, String(older));
    const late = store.write(key, 'third', { ifVersion: second });
    expect(await failureOf(late)).toBeInstanceOf(StorageConflictError);
    expect(await store.read(key)).toEqual({ value: 'first', version: first });
    await server.admin.call('DEL', `{${key}}`);
    const later = store.write(key, 'third', { ifVersion: first });
    expect(await failureOf(later)).toBeInstanceOf(StorageConflictError);
    await store.write(key, 'a new login', { ifAbsent: true });
  });

  it('after which the old primary takes no writes is over with a new connection', async () => {
    await behind.open();
    const key = newKey();
    await server.admin.call('REPLICAOF', '127.0.0.1', '1');
    setTimeout(() => void server.admin.call('REPLICAOF', 'NO', 'ONE'), 300);
    const version = await behind.write(key, 'value', { ifAbsent: true });
    expect(await store.read(key)).toEqual({ value: 'value', version });
  });
});

interface Refusal {
  readonly name: string;
  readonly server: RedisSettings;
  /** Of the URL; default none. */
  readonly user?: string;
  readonly path?: string;
  /** Of a user `bot`. */
  readonly rights?: readonly string[];
  readonly failure: StorageFailure;
  readonly message: RegExp;
  /** Those that fail; default all, and `open()`. */
  readonly only?: readonly (keyof ReturnType<typeof operations> | 'open')[];
}

const admin = { password: 'CANARY-p@ss/word' };
const withPassword: RedisSettings = { flags: ['--requirepass', 'CANARY-p@ss/word'], admin };
const REFUSALS: readonly Refusal[] = [
  {
    name: 'without a password',
    server: withPassword,
    failure: 'denied',
    message: /\(NOAUTH\)\. The server requires a password\. Add it to the URL/,
  },
  {
    name: 'a wrong password',
    server: withPassword,
    user: `:${PASSWORD}x@`,
    failure: 'denied',
    message: /\(WRONGPASS\)\. Correct the user name and the password/,
  },
  {
    name: 'a user without a right',
    server: {},
    rights: ['~*', '+get'],
    user: `bot:${PASSWORD}@`,
    path: '?prefix=betfair/',
    failure: 'denied',
    message: /\(NOPERM\)\. The user needs the permissions ~\{betfair\/\* \+get \+set \+eval /,
    only: ['create', 'replace', 'delete'],
  },
  {
    name: 'a user without a right inside the script',
    server: {},
    rights: ['~*', '+get', '+set', '+eval'],
    user: `bot:${PASSWORD}@`,
    failure: 'denied',
    message: /\(NOPERM\)/,
    only: ['create', 'replace'],
  },
  {
    name: 'a user of other keys',
    server: {},
    rights: ['~{other/*', '+@all'],
    user: `bot:${PASSWORD}@`,
    failure: 'denied',
    message: /\(NOPERM\)/,
  },
  {
    name: 'a replica',
    server: { flags: ['--replicaof', '127.0.0.1', '1'] },
    failure: 'unavailable',
    message: /\(READONLY\)\. The server is a replica\. .* connect to the primary/,
    only: ['open', 'create', 'replace'],
  },
  {
    name: 'a replica that lost its primary',
    server: {
      flags: ['--replicaof', '127.0.0.1', '1', '--replica-serve-stale-data', 'no'],
    },
    failure: 'unavailable',
    message: /\(MASTERDOWN\)\. The server is a replica without its primary/,
    only: ['open', 'read', 'delete'],
  },
  {
    name: 'a server whose memory is full',
    server: { flags: ['--maxmemory', '100kb', '--maxmemory-policy', 'noeviction'] },
    failure: 'unavailable',
    message: /\(OOM\)\. The memory of the server is full\. Raise maxmemory/,
    only: ['create', 'replace'],
  },
  {
    name: 'a server without scripts',
    server: { flags: ['--rename-command', 'EVAL', ''] },
    failure: 'unsupported',
    message: /\(UNKNOWN_COMMAND\)\. Use a Redis or Valkey that supports GET, SET and EVAL/,
    only: ['create', 'replace', 'delete'],
  },
  {
    name: 'a database that there is not',
    server: {},
    path: '/99',
    failure: 'misconfigured',
    message: /\(NO_DATABASE\)\. The server has no database with that number/,
  },
];

describe('RedisStorage: a server that says no', () => {
  it.each(REFUSALS)('$name', async (refusal) => {
    const refusing = await RedisServer.start(refusal.server);
    const { rights, user = '', path = '', only } = refusal;
    if (rights)
      await refusing.admin.call('ACL', 'SETUSER', 'bot', 'on', '>CANARY-p@ss/word', ...rights);
    const refused = new RedisStorage({ url: `redis://${user}${refusing.address}${path}` });
    try {
      const all = { open: () => refused.open(), ...operations(refused) };
      const failing = Object.entries(all).filter(
        ([name]) => !only || only.some((one) => one === name),
      );
      expect(failing.length).toBeGreaterThan(1);
      await Promise.all(
        failing.map(([, run]) => expectFailure(run(), refusal.failure, refusal.message, refused)),
      );
    } finally {
      await refused.close();
      await refusing.stop();
    }
  });

  it('another kind of value under the name', async () => {
    const key = newKey();
    await server.admin.call('LPUSH', `{${key}}`, 'x');
    for (const run of Object.values(operations(store, key))) {
      await expectFailure(run(), 'misconfigured', /\(WRONGTYPE\)\. .* Choose another prefix/);
    }
  });

  it('a cluster by URL, and by a database', async () => {
    const cluster = await startCluster();
    const [{ address } = { address: '' }] = cluster;
    const single = new RedisStorage({ url: `redis://${address}` });
    const reads = Array.from({ length: 30 }, () => single.read(newKey()));
    const failures = (await Promise.allSettled(reads)).filter(
      ({ status }) => status === 'rejected',
    );
    expect(failures.length).toBeGreaterThan(3);
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const writing = single.write(newKey(), TOKEN, { ifAbsent: true });
        const stored = await writing.catch(() => undefined);
        if (stored !== undefined) return;
        await expectFailure(
          writing,
          'misconfigured',
          /\(CLUSTER_BY_URL\)\. .* Pass a cluster client/,
        );
      }),
    );
    await single.close();
    const second = new RedisStorage({ url: `redis://${address}/1` });
    await expectFailure(second.open(), 'misconfigured', /\(NO_DATABASE\)/);
    await second.close();
  });

  it('TLS to a server without it, and none to one with it', async () => {
    const url = `rediss://${server.address}`;
    const tls = new RedisStorage({ url });
    const { message } = Object(await failureOf(tls.open()));
    expect(message).toMatch(
      /rediss:\/\/ for (one|a server) with TLS and redis:\/\/ for one without/,
    );
    await tls.close();
  });

  it('a replica, to a client that was handed in', async () => {
    const replica = await RedisServer.start({ flags: ['--replicaof', '127.0.0.1', '1'] });
    const own = ioredis(replica.port);
    const onReplica = new RedisStorage(own.options);
    await expectFailure(
      onReplica.write(newKey(), TOKEN, { ifAbsent: true }),
      'unavailable',
      /READONLY/,
    );
    own.close();
  });

  it('a server that is loading is asked again', async () => {
    const loading = await RedisServer.start({ flags: ['--enable-debug-command', 'yes'] });
    await loading.admin.call('DEBUG', 'POPULATE', '3000');
    await loading.admin.call(
      'CONFIG',
      'SET',
      'key-load-delay',
      '500',
      'loading-process-events-interval-bytes',
      '1024',
    );
    const slow = new RedisStorage({ url: `redis://${loading.address}` });
    await slow.open();
    const reloading = loading.admin.call('DEBUG', 'RELOAD');
    await delay(300);
    const own = ioredis(loading.port, { enableReadyCheck: false });
    await expect(own.options.send(['GET', 'x'])).rejects.toThrow(/^LOADING/);
    const version = await slow.write('key', 'value', { ifAbsent: true });
    expect(await slow.read('key')).toEqual({ value: 'value', version });
    await reloading;
    own.close();
    await slow.close();
  });
});
