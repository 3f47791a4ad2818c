import { jest } from '@jest/globals';
import { RedisStorage } from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import {
  ioredis,
  ioredis5,
  ioredis5Cluster,
  ioredisCluster,
  nodeRedis,
  nodeRedisCluster,
  type OwnClient,
  storeOn,
} from './redis.clients.js';
import { watch } from './redis.monitor.js';
import { createUser, documentedRights } from './redis.rights.js';
import { RedisServer, startCluster, startEncrypted } from './redis.server.js';
import { ROUNDS } from './rounds.js';

const TOKEN = 'CANARY-token-5e1d';

let server: RedisServer;
let encrypted: RedisServer;
let ca: string;
let cluster: RedisServer[];
/** One that has the rights of the documentation, on the server and on the cluster. */
let user: { username: string; password: string };

beforeAll(async () => {
  server = await RedisServer.start({ flags: ['--databases', '4'] });
  ({ server: encrypted, ca } = await startEncrypted());
  cluster = await startCluster();
  const rights = await documentedRights();
  user = await createUser([server], 'bot', rights.server);
  await createUser(cluster, 'bot', [...rights.server, ...rights.cluster]);
}, 60_000);

afterAll(() => RedisServer.stopAll());

const byUrl = (path: string, credentials = '') =>
  new RedisStorage({ url: `redis://${credentials}${server.address}${path}` });
const nodePort = () => cluster[0]?.port ?? 0;
const onClient = (open: () => OwnClient | Promise<OwnClient>) => async () =>
  storeOn(await open(), 'betfair/');

describe.each([
  ['by URL', ROUNDS, () => byUrl('')],
  ['by URL, in another database and with a prefix', 20, () => byUrl('/3?prefix=betfair/')],
  [
    'as a user with the rights of the documentation',
    20,
    () => byUrl('?prefix=betfair/', `${user.username}:${user.password}@`),
  ],
  ['on a client of ioredis', 20, onClient(() => ioredis(server.port))],
  ['on a client of ioredis 5', 20, onClient(() => ioredis5(server.port))],
  ['on a client of redis', 20, onClient(() => nodeRedis(server.port))],
  [
    'by URL, with TLS and an authority of its own',
    20,
    () => new RedisStorage({ url: `rediss://${encrypted.address}`, ca }),
  ],
  [
    'on a client with TLS and an authority of its own',
    20,
    onClient(() => ioredis(encrypted.port, { tls: { ca } })),
  ],
  ['on a cluster, by ioredis', 20, onClient(() => ioredisCluster(nodePort()))],
  ['on a cluster, by redis', 20, onClient(() => nodeRedisCluster(nodePort()))],
  [
    'on a cluster with the rights of the documentation, by ioredis',
    20,
    onClient(() => ioredisCluster(nodePort(), { user })),
  ],
  [
    'on a cluster with the rights of the documentation, by ioredis 5',
    20,
    onClient(() => ioredis5Cluster(nodePort(), { user })),
  ],
  [
    'on a cluster with the rights of the documentation, by redis',
    20,
    onClient(() => nodeRedisCluster(nodePort(), { user })),
  ],
])('RedisStorage %s: the contract', (_, rounds, create) => {
  for (const { name, run } of sessionStorageConformance({ create, rounds })) it(name, run, 120_000);
});

describe('RedisStorage: what is stored', () => {
  it('is one key that does not expire, in the database and with the prefix of the URL', async () => {
    const store = byUrl('/2?prefix=betfair/');
    const version = await store.write('session.token', TOKEN, { ifAbsent: true });
    await store.write('session.token', `${TOKEN}2`, { ifVersion: version });
    await expect(
      store.write('session.token', TOKEN, { ifVersion: version }),
    ).rejects.toHaveProperty('code', 'BETFAIR_STORAGE_CONFLICT');
    await server.admin.call('SELECT', '2');
    const name = '{betfair/session.token}';
    expect(await server.admin.call('KEYS', '*')).toEqual([name]);
    expect(await server.admin.call('PTTL', name)).toBe(-1);
    expect(await server.admin.call('GET', name)).toMatch(/^[\da-f-]{36}\nCANARY-token-5e1d2$/);
    await server.admin.call('SELECT', '0');
    await store.close();
  });

  it('is found by URL as by a client, with the same prefix', async () => {
    const own = ioredis(server.port);
    const byClient = storeOn(own, 'betfair/');
    const version = await byClient.write('both', TOKEN, { ifAbsent: true });
    const store = byUrl('?prefix=betfair/');
    expect(await store.read('both')).toEqual({ value: TOKEN, version });
    await store.close();
    own.close();
  });

  it('leaves nothing behind for longer than a minute of a writer that was killed half way', async () => {
    const own = ioredis(server.port);
    const store = new RedisStorage({
      send: async (args) => (args[0] === 'EVAL' ? new Promise(() => {}) : own.options.send(args)),
    });
    const { signal } = { signal: AbortSignal.timeout(200) };
    await expect(store.write('half', TOKEN, { ifAbsent: true }, { signal })).rejects.toThrow();
    const [staged = ''] = Object(await server.admin.call('KEYS', '{half}*'));
    expect(staged).toMatch(/^\{half\}\.[\da-f-]{36}$/);
    const left = Number(await server.admin.call('PTTL', staged));
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
    own.close();
  });

  it.each([
    ['a raw token', TOKEN.repeat(3)],
    ['nothing', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('by hand (%s) is replaced like any other, and no argument of a script', async (_, byHand) => {
    const key = `by-hand.${byHand.length}`;
    await server.admin.call('SET', `{${key}}`, byHand);
    const { commands: seen } = await watch(server, async () => {
      const store = byUrl('');
      const found = await store.read(key);
      expect(found).toMatchObject({ value: '' });
      const version = await store.write(key, 'new', { ifVersion: found?.version ?? '' });
      expect(await store.read(key)).toEqual({ value: 'new', version });
      await store.close();
    });
    expect(seen.filter((line) => line.includes('CANARY'))).toEqual([]);
  });

  it('goes out with SET only: EVAL, whose arguments tracing libraries record, has no part of it', async () => {
    const { commands: seen } = await watch(server, async () => {
      const store = byUrl('');
      const first = await store.write('seen', TOKEN, { ifAbsent: true });
      const second = await store.write('seen', `${TOKEN}2`, { ifVersion: first });
      await store.write('seen', `${TOKEN}3`, { ifVersion: first }).catch(() => {});
      await store.read('seen');
      await store.delete('seen', { ifVersion: second });
      await store.close();
    });
    const commands = seen.filter((line) => line.includes('CANARY'));
    expect(commands).toHaveLength(3);
    for (const command of commands) expect(command).toMatch(/^set \{seen\}\./i);
    expect(seen.filter((line) => /^eval /i.test(line))).toHaveLength(4);
  });
});

it.each(['ioredis', 'redis'] as const)(
  'RedisStorage on a client of %s leaves it open',
  async (name) => {
    const own = await { ioredis: () => ioredis(server.port), redis: () => nodeRedis(server.port) }[
      name
    ]();
    const store = new RedisStorage(own.options);
    await store.open();
    await store.close();
    expect(await own.options.send(['ECHO', 'open'])).toBe('open');
    own.close();
  },
);

it.each([
  ['prints a warning as a user with the rights of the documentation, and works', [], 1],
  ['prints nothing if the user has +info too', ['+info'], 0],
])('RedisStorage on a client of ioredis %s', async (_, more, warnings) => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const { server: rights } = await documentedRights();
    const own = ioredis(server.port, await createUser([server], 'informed', [...rights, ...more]));
    const store = storeOn(own, 'betfair/');
    await store.write(`informed-${warnings}`, TOKEN, { ifAbsent: true });
    expect(warn.mock.calls).toEqual(
      Array.from({ length: warnings }, () => [
        expect.stringContaining("to run the 'info' command"),
      ]),
    );
    own.close();
  } finally {
    warn.mockRestore();
  }
});
