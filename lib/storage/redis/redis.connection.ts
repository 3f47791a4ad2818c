import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { importFailure } from '../remote/optional.package.js';
import { type StoreAuthority, trustingStore } from '../remote/store.authority.js';
import type { RedisSend } from './redis.commands.js';
import { codeOf } from './redis.errors.js';
import type { RedisAddress } from './redis.url.js';

type Redis = import('ioredis').Redis;

/** Milliseconds without an answer after which a connection is closed. The request still has time for a new one. */
const SILENCE_TIMEOUT_MS = ATTEMPT_TIMEOUT_MS - 500;

interface Connected {
  readonly redis: Redis;
  /** Returns the first error of the connection, which says why it ended. */
  readonly failure: () => unknown;
}

/** Connection to the server of a URL. It is opened at first use, and again at the next use after it was lost. */
export class RedisConnection {
  // Private fields, because they hold the password.
  readonly #address: RedisAddress;
  readonly #authority: StoreAuthority | undefined;
  #connecting: Promise<Connected> | undefined;

  constructor(address: RedisAddress, authority: StoreAuthority | undefined) {
    this.#address = address;
    this.#authority = authority;
  }

  /** Connects if needed, and returns a function that sends on the connection. */
  async connected(): Promise<RedisSend> {
    const { redis, failure } = await (this.#connecting ??= this.#connect());
    return async (command) => {
      try {
        return await redis.callBuffer(...command);
      } catch (error) {
        // If the connection ended, ioredis does not say why.
        throw redis.status === 'end' ? (failure() ?? error) : error;
      }
    };
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    (await connecting?.catch(() => undefined))?.redis.disconnect();
  }

  #connect(): Promise<Connected> {
    const forget = () => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    };
    const connecting = connect(this.#address, this.#authority, forget);
    connecting.catch(forget);
    return connecting;
  }
}

async function importClient() {
  try {
    return await import('ioredis');
  } catch (error) {
    throw importFailure(error, 'ioredis', 'Redis storage');
  }
}

async function connect(
  address: RedisAddress,
  authority: StoreAuthority | undefined,
  onEnd: () => void,
): Promise<Connected> {
  const { Redis } = await importClient();
  const { host, port, database, username, password, isEncrypted } = address;
  const redis = new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: trustingStore(authority) }),
    lazyConnect: true,
    connectTimeout: SILENCE_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    // The store tries again within the time of an operation, never in the background or from a queue.
    retryStrategy: null,
    enableOfflineQueue: false,
    // After a failover the old primary keeps its connections, but its name leads to the new primary.
    reconnectOnError: (error) => codeOf(error) === 'READONLY',
    // Their commands need more rights.
    enableReadyCheck: false,
    disableClientInfo: true,
    // Some servers and proxies support only this version.
    protocol: 2,
  });
  let failure: unknown;
  // Without a listener ioredis prints errors. The first one says why the connection failed.
  redis.on('error', (error) => (failure ??= error));
  redis.once('end', onEnd);
  try {
    await redis.connect();
    // Older versions continue without a user if the password is refused.
    if (failure !== undefined) throw failure;
    // With the option `db`, ioredis would continue with database 0 if this one is refused.
    if (database !== 0) await redis.call('SELECT', String(database));
  } catch (error) {
    redis.disconnect();
    throw failure ?? error;
  }
  // An idle connection does not keep the process alive; the timer of an operation does.
  redis.stream.unref();
  return { redis, failure: () => failure };
}
