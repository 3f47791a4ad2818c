import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { importPackage } from '../remote/optional.package.js';
import { type StoreAuthority, trustingStore } from '../remote/store.authority.js';
import type { RedisSend } from './redis.commands.js';
import { codeOf } from './redis.errors.js';
import type { RedisAddress } from './redis.url.js';

type Redis = import('ioredis').Redis;

/** Milliseconds without an answer after which a connection is given up: before the request is, which then gets a new one. */
const SILENCE_MS = ATTEMPT_TIMEOUT_MS - 500;

interface Connected {
  readonly redis: Redis;
  /** The first of its errors, which says why it ended. */
  readonly failure: () => unknown;
}

/** The connection to the server of a URL: made when it is needed, and once it is lost, made anew at the next use. */
export class RedisConnection {
  // Private to the runtime: they hold the password.
  readonly #address: RedisAddress;
  readonly #authority: StoreAuthority | undefined;
  #connecting: Promise<Connected> | undefined;

  constructor(address: RedisAddress, authority: StoreAuthority | undefined) {
    this.#address = address;
    this.#authority = authority;
  }

  /** A function that sends on a connection which stands. */
  async connected(): Promise<RedisSend> {
    const { redis, failure } = await (this.#connecting ??= this.#connect());
    return async (command) => {
      try {
        return await redis.callBuffer(...command);
      } catch (error) {
        // Where the connection ended, ioredis rejects without saying why.
        throw redis.status === 'end' ? (failure() ?? error) : error;
      }
    };
  }

  async close(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    // What did not connect has nothing to close.
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

async function connect(
  address: RedisAddress,
  authority: StoreAuthority | undefined,
  onEnd: () => void,
): Promise<Connected> {
  const { Redis } = await importPackage('ioredis', 'Redis storage', () => import('ioredis'));
  const { host, port, database, username, password, isEncrypted } = address;
  const redis = new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: trustingStore(authority) }),
    lazyConnect: true,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    // What failed is tried again here, within the time of an operation, and never in the background or from a queue.
    retryStrategy: null,
    enableOfflineQueue: false,
    // A primary that was demoted keeps its connections, while its name already leads to the new one.
    reconnectOnError: (error) => codeOf(error) === 'READONLY',
    // What they send needs more rights.
    enableReadyCheck: false,
    disableClientInfo: true,
    // Some servers and proxies know no other.
    protocol: 2,
  });
  let failure: unknown;
  // Without a listener it prints them; what says why is the first.
  redis.on('error', (error) => (failure ??= error));
  redis.once('end', onEnd);
  try {
    await redis.connect();
    // Older versions go on without a user where the password is refused.
    if (failure !== undefined) throw failure;
    // The option `db` would go on with the first database if it is refused.
    if (database !== 0) await redis.call('SELECT', String(database));
  } catch (error) {
    redis.disconnect();
    throw failure ?? error;
  }
  // An idle connection keeps no process alive; an operation has a timer that does.
  redis.stream.unref();
  return { redis, failure: () => failure };
}
