import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5';
import { type RedisClientOptions, RedisStorage } from 'nestjs-betfair-session';
import { createClient, createCluster } from 'redis';

/** A client of an application, handed to a store as docs/storage/redis.md shows it. */
export interface OwnClient {
  readonly options: RedisClientOptions;
  readonly close: () => void;
}

/** As whom a client of a cluster connects, and who hears its `'error'` events. */
export interface ClusterSettings {
  readonly user?: { readonly username: string; readonly password: string };
  readonly onError?: (error: unknown) => void;
}

const ignore = () => {};

export function ioredis(
  port: number,
  options: Pick<RedisOptions, 'tls' | 'enableReadyCheck' | 'username' | 'password'> = {},
): OwnClient {
  const redis = new Redis({ port, ...options });
  redis.on('error', ignore);
  return { options: { send: (args) => redis.call(...args) }, close: () => redis.disconnect() };
}

export function ioredis5(port: number): OwnClient {
  const redis = new Redis5({ port });
  return { options: { send: (args) => redis.call(...args) }, close: () => redis.disconnect() };
}

export function ioredisCluster(port: number, settings: ClusterSettings = {}): OwnClient {
  return ownCluster(new Cluster([{ host: '127.0.0.1', port }], optionsOf(settings)), settings);
}

export function ioredis5Cluster(port: number, settings: ClusterSettings = {}): OwnClient {
  return ownCluster(new Cluster5([{ host: '127.0.0.1', port }], optionsOf(settings)), settings);
}

function optionsOf({ user }: ClusterSettings) {
  return { redisOptions: user ?? { username: 'default', password: '' } };
}

/** What the clusters of both versions of ioredis have in common. */
interface IoredisCluster {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  call(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  disconnect(): void;
}

function ownCluster(cluster: IoredisCluster, { onError = ignore }: ClusterSettings): OwnClient {
  cluster.on('error', onError);
  return { options: { send: (args) => cluster.call(...args) }, close: () => cluster.disconnect() };
}

export async function nodeRedis(port: number): Promise<OwnClient> {
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  client.on('error', ignore);
  await client.connect();
  return {
    options: { send: (args) => client.sendCommand(args) },
    close: () => client.destroy(),
  };
}

export async function nodeRedisCluster(
  port: number,
  { user, onError = ignore }: ClusterSettings = {},
): Promise<OwnClient> {
  const cluster = createCluster({
    rootNodes: [{ socket: { host: '127.0.0.1', port } }],
    ...(user && { defaults: user }),
  });
  cluster.on('error', onError);
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
