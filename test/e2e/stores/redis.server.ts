import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { serverCertificate } from '../../../lib/testing/simulator/http/certificates.js';
import { freePort } from './free-port.mjs';
import { REDIS_PROGRAM } from './servers.mjs';

const STARTS_WITHIN_MS = 20_000;

/** How a server is started. */
export interface RedisSettings {
  /** Arguments of its command line, such as `--maxmemory`. */
  readonly flags?: readonly string[];
  /** How the test itself connects; default without a password. */
  readonly admin?: Pick<RedisOptions, 'password' | 'tls'>;
  /** Whether it speaks TLS only; the files of its certificate are in its folder. */
  readonly isEncrypted?: boolean;
}

const running = new Set<RedisServer>();

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
      ? ['--port', '0', '--tls-port', String(port), ...(await certificateIn(folder))]
      : ['--port', String(port)];
    const parameters = ['--bind', '127.0.0.1', ...ports, '--dir', folder, '--save', '', ...flags];
    const child = spawn(REDIS_PROGRAM, parameters, { stdio: 'ignore' });
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
    running.add(server);
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

  /** Stops those that still run, also after a test that failed. */
  static async stopAll(): Promise<void> {
    await Promise.all(Array.from(running, (server) => server.stop()));
  }

  async stop(): Promise<void> {
    running.delete(this);
    this.admin.disconnect();
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}

/** A server that speaks TLS, with the authority that its clients must trust. */
export async function startEncrypted() {
  const { ca } = await serverCertificate();
  const server = await RedisServer.start({ admin: { tls: { ca } }, isEncrypted: true });
  return { server, ca, files: { ca: join(server.folder, 'ca.pem') } };
}

async function certificateIn(folder: string): Promise<string[]> {
  const certificate = await serverCertificate();
  const flags = ['--tls-auth-clients', 'no'];
  for (const [part, flag] of [
    ['cert', '--tls-cert-file'],
    ['key', '--tls-key-file'],
    ['ca', '--tls-ca-cert-file'],
  ] as const) {
    const path = join(folder, `${part}.pem`);
    await writeFile(path, certificate[part]);
    flags.push(flag, path);
  }
  return flags;
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
    while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await delay(20);
  }
  return servers;
}
