import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../../support/application.js';
import { BetfairModule } from '../../readme/snippets/redis-cluster.module.js';
import { unblock } from '../../readme/snippets/unblock.script.js';
import { ioredis5Cluster, ioredisCluster, nodeRedisCluster, storeOn } from './redis.clients.js';
import { createUser, documentedRights } from './redis.rights.js';
import { RedisServer, startCluster } from './redis.server.js';

const CLIENTS = {
  ioredis: async (...to: Parameters<typeof ioredisCluster>) => ioredisCluster(...to),
  'ioredis 5': async (...to: Parameters<typeof ioredis5Cluster>) => ioredis5Cluster(...to),
  redis: nodeRedisCluster,
};
type Client = keyof typeof CLIENTS;
const CLIENT_NAMES = ['ioredis', 'ioredis 5', 'redis'] as const;

let nodes: RedisServer[];
let printed: unknown[][];

beforeAll(async () => {
  nodes = await startCluster();
}, 60_000);
afterAll(() => RedisServer.stopAll());

beforeEach(() => {
  printed = [];
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    jest.spyOn(console, method).mockImplementation((...line) => void printed.push(line));
  }
});
afterEach(() => jest.restoreAllMocks());

const nameOf = (key: string) => `{betfair/${key}}`;
const idOf = async ({ admin }: RedisServer) => String(await admin.call('CLUSTER', 'MYID'));
const nodePort = () => nodes[0]?.port ?? 0;

/** What the documentation gives a user for this client. */
async function rightsOf(client: Client): Promise<string[]> {
  const { server, cluster } = await documentedRights();
  return [...server, ...(client === 'redis' ? cluster.slice(0, 2) : cluster)];
}

/**
 * Everything that goes wrong for a store on a client whose user has these rights: it reads and writes, also while a slot
 * moves to another node.
 */
async function troubleOf(
  client: Client,
  rights: readonly string[],
  withinMs: number,
): Promise<unknown[]> {
  const trouble: unknown[] = [];
  const note = (error: unknown) => void trouble.push(error);
  const user = await createUser(nodes, randomUUID(), rights);
  const own = await CLIENTS[client](nodePort(), { user, onError: note }).catch(note);
  if (own === undefined) return trouble;
  const store = storeOn(own, 'betfair/');
  const key = randomUUID();
  const signal = AbortSignal.timeout(withinMs);
  const keys = Array.from({ length: 20 }, () => randomUUID());
  const writes = keys.map((each) => store.write(each, 'value', { ifAbsent: true }, { signal }));
  await Promise.all(writes).catch(note);
  const endMove = await beginMove(key);
  await store.read(key, { signal }).catch(note);
  const writing = store.write(key, 'value', { ifAbsent: true }, { signal }).catch(note);
  await delay(50);
  await endMove();
  await writing;
  await store.close();
  return [...trouble, ...printed];
}

/** Begins to move the slot of a key to another node, and returns what ends it. */
async function beginMove(key: string): Promise<() => Promise<void>> {
  const slot = String(await nodes[0]?.admin.call('CLUSTER', 'KEYSLOT', nameOf(key)));
  // Only the node that has the slot answers.
  const answers = await Promise.allSettled(
    nodes.map(({ admin }) => admin.call('GET', nameOf(key))),
  );
  const from = nodes[answers.findIndex(({ status }) => status === 'fulfilled')];
  const to = nodes.find((node) => node !== from);
  if (from === undefined || to === undefined) throw new Error(`No node has the slot ${slot}.`);
  const [origin, target] = [await idOf(from), await idOf(to)];
  await to.admin.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', origin);
  await from.admin.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
  return async () => {
    for (const { admin } of [to, from]) {
      await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', target);
    }
  };
}

describe('a user of a cluster with the rights of the documentation', () => {
  it.each(CLIENT_NAMES)('has no trouble by %s, and the client prints nothing', async (client) => {
    expect(await troubleOf(client, await rightsOf(client), 10_000)).toEqual([]);
  });

  it.each<[Client, string]>([
    ['ioredis', '+cluster|slots'],
    ['ioredis', '+cluster|info'],
    ['ioredis', '+info'],
    // Without it `ioredis` leaves a rejection unhandled, which would end the tests.
    ['redis', '+asking'],
    ['redis', '+cluster|slots'],
  ])('needs them all: by %s it has trouble without %s', async (client, right) => {
    const rights = await rightsOf(client);
    expect(rights).toContain(right);
    const others = rights.filter((each) => each !== right);
    expect(await troubleOf(client, others, 3_000)).not.toEqual([]);
  });
});

/** The application of the example. */
async function start() {
  const logger = new RecordingLogger();
  const module = await Test.createTestingModule({ imports: [BetfairModule] })
    .setLogger(logger)
    .compile();
  await module.init();
  return { module, sessions: module.get(SessionService), logger };
}

/** All objects of the cluster, by name. */
async function stored(): Promise<ReadonlyMap<string, string>> {
  const objects = new Map<string, string>();
  for (const { admin } of nodes) {
    for (const name of Object.values(Object(await admin.call('KEYS', '*')))) {
      objects.set(String(name), String(await admin.call('GET', String(name))));
    }
  }
  return objects;
}

async function connectionsOf(username: string): Promise<number> {
  const lists = await Promise.all(nodes.map(({ admin }) => admin.call('CLIENT', 'LIST')));
  return lists.join('\n').split(` user=${username} `).length - 1;
}

describe('the example of the documentation', () => {
  const before = { ...process.env };
  let simulator: BetfairSimulator;
  let folder: string;

  beforeEach(async () => {
    simulator = await BetfairSimulator.start();
    folder = await mkdtemp(join(tmpdir(), 'cluster-'));
    const { ca, endpoints, username, password, applicationKey } = simulator.options();
    await writeFile(join(folder, 'ca.pem'), ca);
    const user = await createUser(nodes, 'bot', await rightsOf('ioredis'));
    Object.assign(process.env, {
      BETFAIR_USERNAME: username,
      BETFAIR_PASSWORD: password,
      BETFAIR_APP_KEY: applicationKey,
      BETFAIR_LOGIN: 'interactive',
      BETFAIR_CA_FILE: join(folder, 'ca.pem'),
      BETFAIR_ENDPOINT_LOGIN: endpoints.login,
      BETFAIR_ENDPOINT_KEEP_ALIVE: endpoints.keepAlive,
      BETFAIR_ENDPOINT_API: endpoints.api,
      REDIS_PORT: String(nodePort()),
      REDIS_USER: user.username,
      REDIS_PASSWORD: user.password,
    });
    for (const { admin } of nodes) await admin.call('FLUSHALL');
  });

  afterEach(async () => {
    process.env = { ...before };
    await simulator.stop();
    await rm(folder, { recursive: true });
  });

  it('keeps the session in the cluster, and closes the client after the lease is released', async () => {
    const { module, sessions, logger } = await start();
    const { token } = await sessions.getSession();
    await module.close();
    while ((await connectionsOf('bot')) > 0) await delay(5);
    const objects = await stored();
    const [name = ''] = Array.from(objects.keys()).filter((each) => each.endsWith('.token}'));
    expect(name).toMatch(/^\{betfair\/session-\w+\.token\}$/);
    expect(objects.get(name)?.split('\n')[1]).toBe(token);
    // What is left of the pause after a login, not the 15 s of a process that died.
    const [, record = ''] = objects.get(name.replace('}', '.lease}'))?.split('\n') ?? [];
    expect(record).toContain('"holder":');
    const { holder } = JSON.parse(record);
    expect(holder?.duration ?? 0).toBeLessThanOrEqual(3_000);
    expect(logger.lines.filter(([level]) => level === 'error')).toEqual([]);

    const again = await start();
    expect((await again.sessions.getSession()).token).toBe(token);
    await again.module.close();
    expect(simulator.counts.logins).toBe(1);
    expect(printed).toEqual([]);
  });

  it('lifts a refusal for processes that run, by the script, and for new ones, by deleting the record', async () => {
    process.env['BETFAIR_PASSWORD'] = 'wrong';
    const rejection = { code: 'BETFAIR_LOGIN_REJECTED' };
    const { module, sessions } = await start();
    await expect(sessions.getSession()).rejects.toMatchObject(rejection);
    await expect(sessions.getSession()).rejects.toMatchObject(rejection);
    expect(simulator.counts.loginAttempts).toBe(1);

    await unblock();
    const liftedAt = performance.now();
    while (simulator.counts.loginAttempts === 1) {
      await expect(sessions.getSession()).rejects.toMatchObject(rejection);
      await delay(5);
    }
    expect(performance.now() - liftedAt).toBeLessThan(16_000);
    await module.close();

    const [name = ''] = Array.from((await stored()).keys()).filter((each) =>
      each.endsWith('.lease}'),
    );
    expect(name).toMatch(/^\{betfair\/session-\w+\.token\.lease\}$/);
    const answers = await Promise.allSettled(nodes.map(({ admin }) => admin.call('DEL', name)));
    expect(answers).toContainEqual({ status: 'fulfilled', value: 1 });
    const next = await start();
    await expect(next.sessions.getSession()).rejects.toMatchObject(rejection);
    expect(simulator.counts.loginAttempts).toBe(3);
    await next.module.close();
    expect(printed).toEqual([]);
  }, 60_000);
});
