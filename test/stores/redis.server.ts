import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const STARTS_WITHIN_MS = 20_000;

/** How a server is started. */
export interface RedisSettings {
  /** Arguments of its command line, such as `--maxmemory`. */
  readonly flags?: readonly string[];
  /** How the test itself connects; default without a password. */
  readonly admin?: object;
  /** Whether it speaks TLS only; the flags name the files. */
  readonly isEncrypted?: boolean;
}

/** A `redis-server` in a process and a folder of its own, without persistence. */
export class RedisServer {
  private constructor(
    readonly port: number,
    readonly folder: string,
    /** A client with every right. */
    readonly admin: Redis,
    private readonly child: ChildProcess,
  ) {}

  /** Such as `127.0.0.1:41563`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  static async start(settings: RedisSettings = {}): Promise<RedisServer> {
    const { flags = [], admin = {}, isEncrypted = false } = settings;
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const ports = isEncrypted
      ? ['--port', '0', '--tls-port', String(port)]
      : ['--port', String(port)];
    const parameters = ['--bind', '127.0.0.1', ...ports, '--dir', folder, '--save', '', ...flags];
    const child = spawn('redis-server', parameters, { stdio: 'ignore' });
    const client = new Redis({
      host: '127.0.0.1',
      port,
      enableReadyCheck: false,
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
      ...admin,
    });
    client.on('error', () => {});
    const server = new RedisServer(port, folder, client, child);
    const answered = client.ping().catch(() => undefined);
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended.')));
    const late = delay(STARTS_WITHIN_MS, undefined, { ref: false }).then(() => {
      throw new Error('redis-server did not answer.');
    });
    late.catch(() => {});
    ended.catch(() => {});
    await Promise.race([answered, ended, late]);
    return server;
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}

/** Three servers that share the keys between them. */
export async function startCluster(): Promise<RedisServer[]> {
  const servers: RedisServer[] = [];
  for (let node = 0; node < 3; node++) {
    const bus = String(await freePort());
    const flags = ['--cluster-enabled', 'yes', '--cluster-port', bus];
    servers.push(await RedisServer.start({ flags }));
  }
  const addresses = servers.map(({ address }) => address);
  const create = ['--cluster', 'create', ...addresses, '--cluster-yes'];
  execFileSync('redis-cli', create, { stdio: 'ignore' });
  for (const { admin } of servers) {
    while (!String(await admin.cluster('INFO')).includes('cluster_state:ok')) await delay(20);
  }
  return servers;
}

/** Where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
}
