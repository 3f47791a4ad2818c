import { setTimeout } from 'node:timers/promises';
import { PostgresStorage, RedisStorage, type SessionStorage } from 'nestjs-betfair-session';
import { parseLoginRecord } from '../../../lib/login/lease/lease.record.js';
import { startSessionTable } from '../../e2e/stores/postgres.server.mjs';
import { startRedis } from '../../e2e/stores/redis.restarts.mjs';
import { TcpProxy } from '../../e2e/stores/tcp.proxy.js';
import type { SeededRandom } from '../../support/random.mjs';

/** A server in a process of its own. */
interface Server {
  readonly url: string;
  readonly process: {
    hang(): void;
    stop(): Promise<void>;
    recover(): Promise<void>;
  };
  stop(): Promise<void>;
}

const STRIKES = [
  'hung network',
  'cut network',
  'lost answers',
  'refused connections',
  'stopped server',
  'killed server',
] as const;
/** Milliseconds of a pause after a login, which may be left over. */
const PAUSE_AFTER_LOGIN_MS = 3_000;

/** Where sessions are kept on a server that fails, and whose network fails. */
export class ServerPlace {
  /** For accounts that come and go. */
  readonly storage: SessionStorage;
  #isServerDown = false;

  private constructor(
    readonly name: string,
    private readonly server: Server,
    private readonly proxy: TcpProxy,
    open: (url: string) => SessionStorage,
  ) {
    this.storage = open(this.url);
  }

  static async redis(): Promise<ServerPlace> {
    const server = await startRedis();
    return ServerPlace.#behindProxy('Redis', server, (url) => new RedisStorage({ url }));
  }

  static async postgres(): Promise<ServerPlace> {
    const server = await startSessionTable();
    return ServerPlace.#behindProxy('PostgreSQL', server, (url) => new PostgresStorage({ url }));
  }

  /** As applications reach it. */
  get url(): string {
    const url = new URL(this.server.url);
    url.host = this.proxy.address;
    return url.href;
  }

  /** Lets it fail in one way, for that long. Returns the way. */
  async strike(random: SeededRandom, ms: number): Promise<string> {
    const { proxy, server } = this;
    const strike = random.pick(STRIKES);
    if (strike === 'hung network') proxy.always('hang');
    if (strike === 'cut network') proxy.always('cut');
    if (strike === 'lost answers') proxy.always('lose');
    if (strike === 'refused connections') await proxy.stop();
    this.#isServerDown = strike === 'stopped server' || strike === 'killed server';
    if (strike === 'stopped server') server.process.hang();
    if (strike === 'killed server') await server.process.stop();
    await setTimeout(ms);
    await this.heal();
    return strike;
  }

  async heal(): Promise<void> {
    this.proxy.always();
    await this.proxy.accept();
    if (this.#isServerDown) await this.server.process.recover();
    this.#isServerDown = false;
  }

  /** Which of these keys still have a login under way, other than the rest of a pause after one. */
  async leasesHeld(keys: readonly string[]): Promise<readonly string[]> {
    const records = await Promise.all(keys.map((key) => this.storage.read(`${key}.lease`)));
    return keys.filter((_, index) => {
      const { holder } = parseLoginRecord(records[index]?.value ?? '');
      return (holder?.duration ?? 0) > PAUSE_AFTER_LOGIN_MS;
    });
  }

  async close(): Promise<void> {
    await this.storage.close?.();
    await this.proxy.stop();
    await this.server.stop();
  }

  static async #behindProxy(name: string, server: Server, open: (url: string) => SessionStorage) {
    const port = Number(new URL(server.url).port);
    return new ServerPlace(name, server, await TcpProxy.start(port), open);
  }
}
