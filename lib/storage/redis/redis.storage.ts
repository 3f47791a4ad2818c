import { randomUUID } from 'node:crypto';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { persevere } from '../remote/remote.attempts.js';
import { assertPrefix } from '../remote/remote.names.js';
import { authorityOf, type StoreAuthority } from '../remote/store.authority.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../contract/session-storage.interface.js';
import { assertStorageKey } from '../contract/storage-key.js';
import { assertDeleteCondition, expectedVersion } from '../contract/write-condition.js';
import {
  assertPrimary,
  assertRunsScripts,
  get,
  objectName,
  type RedisSend,
  remove,
  replace,
} from './redis.commands.js';
import { RedisConnection } from './redis.connection.js';
import { codeOf, mayPass, redisError } from './redis.errors.js';
import { readRedisUrl } from './redis.url.js';
import type { RedisWords } from './redis.advice.js';

/** Options of {@link RedisStorage}: a server by its URL. Needs the package `ioredis`. */
export interface RedisUrlOptions {
  /**
   * URL such as `rediss://user:password@host:6379/0?prefix=betfair/`. User, password, database and prefix are optional.
   * `ca_file` names a file instead of {@link ca}.
   */
  readonly url: string;
  /** Authority that signed the certificate of a `rediss:` server, PEM; trusted in addition to the usual ones. */
  readonly ca?: string | Buffer | undefined;
}

/** Options of {@link RedisStorage}: a client of the application, from any library. You close it. */
export interface RedisClientOptions {
  /**
   * Sends a command to the primary, and resolves to its reply:
   *
   * - `ioredis`, also its clusters: `(args) => redis.call(...args)`
   * - `redis`: `(args) => client.sendCommand(args)`
   * - `@valkey/valkey-glide`: `(args) => client.customCommand(args)`
   * - BullMQ 6: `async (args) => (await queue.backend.client).call(...args)`
   */
  readonly send: RedisSend;
  /** Prefix of every key, such as `betfair/`. Default: none. */
  readonly prefix?: string | undefined;
  /** Must be absent: the client knows its server. */
  readonly url?: undefined;
  /** Must be absent: the client knows its authorities. */
  readonly ca?: undefined;
}

/**
 * Keeps sessions in Redis or Valkey (`storage: 'redis://host:6379'`). A script compares and sets in one step. A
 * separate user needs the rights `~{prefix* +get +set +eval +del +exists +rename +persist`. Set `maxmemory-policy` to
 * `noeviction` or one of `volatile-*`.
 *
 * Temporary failures (network, failover, loading) are tried again for a few seconds. A write whose answer was lost is
 * recognised by its version.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (password, rights), `'misconfigured'` (no such database, a
 * cluster by URL, TLS), `'unsupported'` (no scripts) or `'unavailable'`; and `MissingPackageError`.
 */
export class RedisStorage implements SessionStorage {
  /**
   * Place of the objects, such as `redis://host:6379/0/prefix`, without credentials. `undefined` with a client, whose
   * place is not known.
   */
  readonly location: string | undefined;
  readonly conditionalWrites: 'native' | 'probe' = 'native';
  // Private fields, because they hold secrets.
  readonly #connection: RedisConnection | undefined;
  readonly #connected: () => Promise<RedisSend>;
  readonly #words: RedisWords;

  /** @throws BetfairConfigurationError the URL or the prefix cannot be used, or there is neither a URL nor a client */
  constructor(options: RedisUrlOptions | RedisClientOptions) {
    const isMixed = 'send' in options && (options.url ?? options.ca) !== undefined;
    if (!isMixed && 'send' in options && typeof options.send === 'function') {
      const { send, prefix = '' } = options;
      assertPrefix(prefix);
      // Async, so that a function that throws or returns no promise rejects too.
      this.#connected = async () => async (command) => send(command);
      this.#words = { place: 'Redis', prefix, isByUrl: false };
    } else if (!isMixed && 'url' in options && typeof options.url === 'string') {
      const address = readRedisUrl(options.url);
      const authority = authorityOf(options.ca, 'ca_file', address.authorityFile);
      if (authority && !address.isEncrypted) throw withoutTls(authority);
      const connection = new RedisConnection(address, authority);
      this.#connection = connection;
      this.#connected = () => connection.connected();
      this.#words = {
        place: `Redis at ${address.host}:${address.port}`,
        prefix: address.prefix,
        isByUrl: true,
      };
      this.location = address.location;
    } else {
      throw new BetfairConfigurationError(
        'the Redis session store needs either { url }, such as redis://host:6379, with { ca } if required, or { send }, which sends a command with your own client.',
      );
    }
  }

  /**
   * Reads once, to find an unreachable server, a wrong password or a missing right at start-up. With a URL it also
   * finds a replica, a cluster, and a server that runs no scripts.
   */
  async open(): Promise<void> {
    await this.#operate('open', {}, async (send, name) => {
      const reading = get(send, name('open'));
      if (!this.#connection) return void (await reading);
      // All at once, so that a start waits for one answer, not for three.
      await Promise.all([
        reading,
        assertRunsScripts(send, [name('open'), name('open.2')]),
        assertPrimary(send).catch(unlessRoleIsHidden),
      ]);
    });
  }

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    assertStorageKey(key);
    return this.#operate(`read "${key}" from`, options, (send, name) => get(send, name(key)));
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    assertStorageKey(key);
    const expected = expectedVersion(condition) ?? '';
    const version = randomUUID();
    const stored = await this.#operate(`write "${key}" to`, options, (send, name) =>
      replace(send, name(key), value, version, expected),
    );
    if (stored !== version) throw new StorageConflictError(key);
    return version;
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertStorageKey(key);
    assertDeleteCondition(condition);
    const stored = await this.#operate(`delete "${key}" from`, options, (send, name) =>
      remove(send, name(key), condition.ifVersion),
    );
    if (stored !== '') throw new StorageConflictError(key);
  }

  /** Closes the connection of a URL; a client of the application stays open. */
  async close(): Promise<void> {
    await this.#connection?.close();
  }

  #operate<T>(
    doing: string,
    options: StorageOperationOptions | undefined,
    request: (send: RedisSend, name: (key: string) => string) => Promise<T>,
  ): Promise<T> {
    const { prefix } = this.#words;
    const attempt = async () => request(await this.#connected(), (key) => objectName(prefix, key));
    const toError = (error: unknown) => redisError(error, this.#words, doing);
    return persevere(attempt, { mayPass, toError }, options?.signal);
  }
}

function withoutTls({ name }: StoreAuthority): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `${name} needs a server with TLS. Start its URL with rediss://.`,
  );
}

/** Ignores that a user may not ask for the role of the server. */
function unlessRoleIsHidden(error: unknown): void {
  const code = codeOf(error);
  if (code !== 'NOPERM' && code !== 'UNKNOWN_COMMAND') throw error;
}
