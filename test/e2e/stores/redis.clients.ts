import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { type RedisClientOptions, RedisStorage } from 'nestjs-betfair-session';
import { createClient, createCluster } from 'redis';

/** A client of an application, handed to a store as docs/storage/redis.md shows it. */
export interface OwnClient {
  readonly options: RedisClientOptions;
  readonly close: () => void;
}

export function ioredis(
  port: number,
  options: Pick<RedisOptions, 'tls' | 'enableReadyCheck'> = {},
): OwnClient {
  const redis = new Redis({ port, ...options });
  redis.on('error', () => {});
  return { options: { send: (args) => redis.call(...args) }, close: () => redis.disconnect() };
}

export function ioredis5(port: number): OwnClient {
  const redis = new Redis5({ port });
  return { options: { send: (args) => redis.call(...args) }, close: () => redis.disconnect() };
}

export function ioredisCluster(port: number): OwnClient {
  const cluster = new Cluster([{ host: '127.0.0.1', port }]);
  return { options: { send: (args) => cluster.call(...args) }, close: () => cluster.disconnect() };
}

export async function nodeRedis(port: number): Promise<OwnClient> {
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  client.on('error', () => {});
  await client.connect();
  return {
    options: { send: (args) => client.sendCommand(args) },
    close: () => client.destroy(),
  };
}

export async function nodeRedisCluster(port: number): Promise<OwnClient> {
  const cluster = createCluster({ rootNodes: [{ socket: { host: '127.0.0.1', port } }] });
  cluster.on('error', () => {});
  await cluster.connect();
  return {
    // It finds the node by the key, which in EVAL comes later.
    options: {
      send: (args) => cluster.sendCommand(args[args[0] === 'EVAL' ? 3 : 1], false, args),
    },
    close: () => cluster.destroy(),
  };
}

/** A store on a client, that closes the client. */
export function storeOn({ options, close }: OwnClient, prefix = ''): RedisStorage {
  const store = new RedisStorage({ ...options, prefix });
  return Object.assign(store, { close: async () => close() });
}
