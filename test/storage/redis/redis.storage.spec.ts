import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import {
  BetfairConfigurationError,
  type RedisClientOptions,
  RedisStorage,
  SessionStorageError,
  type StorageFailure,
} from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { PlayedRedis, replyError } from '../support/redis.played.js';

let redis: PlayedRedis;
let store: RedisStorage;

beforeEach(() => {
  redis = new PlayedRedis();
  store = new RedisStorage({ send: redis.send, prefix: 'betfair/' });
});

/** The failure of an operation; it shows nothing of what a server or a client said. */
async function failureOf(operation: Promise<unknown>): Promise<SessionStorageError> {
  const error: unknown = await operation.catch((reason: unknown) => reason);
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('CANARY');
  if (!(error instanceof SessionStorageError)) throw error;
  return error;
}

describe('RedisStorage on a client: the contract', () => {
  const shared = new PlayedRedis();
  const create = () => new RedisStorage({ send: shared.send });
  for (const { name, run } of sessionStorageConformance({ create })) it(name, run);
});

describe('RedisStorage on a client', () => {
  it('keeps an object under its prefix in braces, and says no location', async () => {
    const version = await store.write('session.token', 'value', { ifAbsent: true });
    expect([...redis.stored]).toEqual([['{betfair/session.token}', `${version}\nvalue`]]);
    expect(store).toMatchObject({ location: undefined, conditionalWrites: 'native' });
  });

  it('reads once when it opens, and asks for no role', async () => {
    await store.open();
    expect(redis.seen).toEqual(['GET']);
    await store.close();
  });

  it('takes replies that are bytes', async () => {
    const bytes = new RedisStorage({
      send: async (args) => {
        const reply = await redis.send(args);
        return typeof reply === 'string' ? Buffer.from(reply) : reply;
      },
    });
    const version = await bytes.write('key', 'žluťoučký', { ifAbsent: true });
    expect(await bytes.read('key')).toEqual({ value: 'žluťoučký', version });
  });

  it('replaces a value that a person has stored', async () => {
    redis.stored.set('{betfair/key}', 'by hand');
    const found = await store.read('key');
    expect(found).toEqual({ value: '', version: expect.stringMatching(/^[\da-f]{40}$/) });
    await store.write('key', 'new', { ifVersion: found?.version ?? '' });
    expect(await store.read('key')).toMatchObject({ value: 'new' });
  });

  it.each([undefined, 1, ['x'], true])(
    'is misconfigured if the client hands on no reply (%j)',
    async (reply) => {
      redis.next('GET', reply);
      const { failure, message } = await failureOf(store.read('key'));
      expect(failure).toBe('misconfigured');
      expect(message).toMatch(
        /^Could not read "key" from Redis \(UNEXPECTED_REPLY\)\. The function send/,
      );
    },
  );

  it('tries again if a new value was lost before it was published', async () => {
    const version = await store.write('key', 'old', { ifAbsent: true });
    redis.next('EVAL', version);
    const next = await store.write('key', 'new', { ifVersion: version });
    expect(await store.read('key')).toEqual({ value: 'new', version: next });
  });

  it.each<[string, () => unknown]>([
    ['is of another version', () => Reflect.get(Object(undefined), 'call').apply()],
    ['was replaced by nothing', () => Reflect.apply(Object(undefined), undefined, [])],
  ])('is misconfigured, at once, if the client %s', async (_, send) => {
    const own = new RedisStorage({ send: async () => send() });
    const { failure, message } = await failureOf(own.open());
    expect(failure).toBe('misconfigured');
    expect(message).toMatch(
      /^Could not open Redis \(SEND_FAILED\)\. The function send does not work/,
    );
  });

  it('is unavailable if a client over HTTP has no network, which it says by a TypeError', async () => {
    let calls = 0;
    const own = new RedisStorage({
      send: async () => {
        if ((calls += 1) > 1) return null;
        throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
      },
    });
    expect(await own.read('key')).toBeUndefined();
  });

  it('shows no code of a client that is no word', async () => {
    const odd = Object.assign(new Error('CANARY'), { code: 'CANARY_token' });
    redis.next('GET', ...Array.from({ length: 20 }, () => odd));
    jest.useFakeTimers();
    const failed = failureOf(store.read('key'));
    await jest.advanceTimersByTimeAsync(9_000);
    jest.useRealTimers();
    expect((await failed).message).toContain('(no answer). This is usually temporary. Check that');
  });

  it('takes a client that throws at once for one that fails', async () => {
    let calls = 0;
    const throwing: RedisClientOptions['send'] = () => {
      calls += 1;
      throw replyError('NOAUTH Authentication required.');
    };
    const own = new RedisStorage({ send: throwing });
    expect(await failureOf(own.write('key', 'CANARY', { ifAbsent: true }))).toHaveProperty(
      'failure',
      'denied',
    );
    expect(calls).toBe(2);
  });
});

const REFUSALS: readonly (readonly [string, StorageFailure, RegExp])[] = [
  ['NOAUTH Authentication required.', 'denied', /\(NOAUTH\)/],
  ['ERR invalid password', 'denied', /\(WRONGPASS\)/],
  ['WRONGPASS: invalid username-password pair', 'denied', /\(WRONGPASS\)/],
  [
    "NOPERM this user has no permissions to run the 'eval' command",
    'denied',
    /~\{betfair\/\* \+get .* and \+cluster\|slots and \+asking in a cluster\.$/,
  ],
  [
    'An error was signalled by the server: - PermissionDenied: this user has no permissions',
    'denied',
    /\(NOPERM\)/,
  ],
  [
    "ERR The user executing the script can't run this command or subcommand script: 1, on @user_script:1.",
    'denied',
    /\(NOPERM\)/,
  ],
  [
    "ERR ACL failure in script: User bot has no permissions to run the 'del' command script: 1, on @user_script:1.",
    'denied',
    /\(NOPERM\)/,
  ],
  ['DENIED Redis is running in protected mode', 'denied', /\(DENIED\)/],
  ['MOVED 3999 127.0.0.1:6381', 'misconfigured', /\(CLUSTER_BY_URL\)/],
  ['ERR DB index is out of range', 'misconfigured', /\(NO_DATABASE\)/],
  ["ERR unknown command 'EVAL', with args beginning with: ", 'unsupported', /\(UNKNOWN_COMMAND\)/],
  ['ERR command eval not support for normal user', 'unsupported', /\(UNKNOWN_COMMAND\)/],
  ['NOSCRIPT No matching script.', 'unsupported', /\(NOSCRIPT\)/],
  ['Connection in subscriber mode, only …', 'misconfigured', /\(SUBSCRIBER\)\. .* Pass another/],
];

const PASSING: readonly (readonly [string, Error, RegExp])[] = [
  ['a replica', replyError("READONLY You can't write against a read only replica."), /READONLY/],
  [
    'a replica, before Redis 7',
    replyError(
      "ERR Error running script (call to f_1): @user_script:13: -READONLY You can't write against",
    ),
    /READONLY/,
  ],
  [
    'a server that loads, to valkey-glide',
    replyError('An error was signalled by the server: - BusyLoadingError: Redis is loading'),
    /LOADING/,
  ],
  ['a full server', replyError("OOM command not allowed when used memory > 'maxmemory'."), /OOM/],
  ['a full server', replyError('ERR max number of clients reached'), /NO_CONNECTION_LEFT/],
  ['a script without end', replyError('BUSY Redis is busy running a script.'), /BUSY/],
  ['a word that is not known', replyError('ERR something else'), /no answer/],
  ['a lost connection', replyError('Connection is closed.'), /no answer/],
  [
    'a cluster that is not ready',
    replyError("Cluster isn't ready and enableOfflineQueue options is false"),
    /no answer/,
  ],
  [
    'a reset',
    Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
    /ECONNRESET/,
  ],
];

describe('RedisStorage, refused', () => {
  it.each(REFUSALS)('by "%s" is %s, at the first answer', async (message, failure, said) => {
    redis.next('EVAL', replyError(message));
    const error = await failureOf(store.write('key', 'CANARY', { ifAbsent: true }));
    expect(error).toMatchObject({ failure, message: expect.stringMatching(said) });
    expect(redis.seen).toEqual(['SET', 'EVAL']);
  });

  it.each(PASSING)('by %s is asked again', async (_, error) => {
    redis.next('GET', error, error);
    expect(await store.read('key')).toBeUndefined();
    expect(redis.seen).toHaveLength(3);
  });

  it.each(PASSING)('by %s every time is unavailable in the end', async (_, error, said) => {
    redis.next('SET', ...Array.from({ length: 20 }, () => error));
    jest.useFakeTimers();
    const failing = failureOf(store.write('key', 'CANARY', { ifAbsent: true }));
    await jest.advanceTimersByTimeAsync(9_000);
    jest.useRealTimers();
    expect(await failing).toMatchObject({
      failure: 'unavailable',
      message: expect.stringMatching(said),
    });
    expect(redis.seen.length).toBeGreaterThan(4);
  });
});

it.each([{}, { url: 1 }, { send: 'redis://h' }, { send: undefined }])(
  'RedisStorage with neither a URL nor a client (%j) is refused with both forms',
  (options) => {
    const create = () => Reflect.construct(RedisStorage, [options]);
    expect(create).toThrow(BetfairConfigurationError);
    expect(create).toThrow(/needs either \{ url \}, such as redis:\/\/host:6379, .* or \{ send \}/);
  },
);

it('RedisStorage refuses a prefix that another back end would read differently', () => {
  expect(() => new RedisStorage({ send: redis.send, prefix: '/x' })).toThrow(
    /the prefix .* cannot/,
  );
});
