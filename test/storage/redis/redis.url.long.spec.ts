import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import {
  BetfairConfigurationError,
  MissingPackageError,
  RedisStorage,
} from 'nestjs-betfair-session';
import { PlayedRedis, replyError } from '../support/redis.played.js';
import { failureOf, opened } from '../support/opened.js';

interface Settings {
  readonly [name: string]: unknown;
}

const played = new PlayedRedis();
const made: Client[] = [];
let connecting: () => Promise<void>;

/** What is used of the client of ioredis. */
class Client {
  readonly listeners = new Map<string, (event?: unknown) => void>();
  readonly stream = { unref: jest.fn() };
  readonly disconnect = jest.fn();
  readonly call = (...args: [string]) => played.send(args);
  readonly callBuffer = this.call;
  readonly connect = () => connecting();

  constructor(readonly settings: Settings) {
    made.push(this);
  }

  on(event: string, listener: (event?: unknown) => void): void {
    this.listeners.set(event, listener);
  }

  readonly once = this.on.bind(this);
}

let isInstalled = true;
// The package is not installed here; `npm run test:stores` uses the real one.
jest.unstable_mockModule(
  'ioredis',
  () => {
    if (isInstalled) return { Redis: Client };
    throw Object.assign(new Error("Cannot find package 'ioredis' imported from /app/x.js"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
  },
  { virtual: true },
);

beforeEach(() => {
  made.length = 0;
  played.seen.length = 0;
  connecting = async () => {};
});

describe('without the package ioredis', () => {
  it('a redis: URL says what to install, at start-up', async () => {
    isInstalled = false;
    const failure = await failureOf('redis://:CANARY@localhost');
    isInstalled = true;
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/npm i ioredis$/) });
    expect(inspect(failure, { showHidden: true })).not.toContain('CANARY');
  });
});

describe('a redis: URL', () => {
  it.each([
    ['redis://cache', 'redis://cache:6379/0/', { host: 'cache', port: 6379 }],
    ['REDIS://Cache:7000/', 'redis://cache:7000/0/', { host: 'cache', port: 7000 }],
    ['redis://[::1]/3?prefix=betfair/', 'redis://[::1]:6379/3/betfair/', { host: '::1' }],
    [
      'rediss://bot:CANARY-%40%2F@cache/0',
      'redis://cache:6379/0/',
      { username: 'bot', password: 'CANARY-@/', tls: { rejectUnauthorized: true } },
    ],
    ['redis://:CANARY@cache', 'redis://cache:6379/0/', { password: 'CANARY' }],
  ])('%s names the server, and the place without credentials', async (url, location, settings) => {
    const { storage, log } = await opened(url);
    expect(storage).toBeInstanceOf(RedisStorage);
    expect(storage).toMatchObject({ location, conditionalWrites: 'native' });
    expect(log).toEqual([`Session tokens are kept in ${location}`]);
    expect(made).toHaveLength(1);
    expect(made[0]?.settings).toMatchObject(settings);
    const shown = inspect(storage, { depth: Infinity, showHidden: true, getters: true });
    expect(shown + JSON.stringify(storage)).not.toContain('CANARY');
    await storage.close?.();
  });

  it.each([
    ['redis://', /needs the name of a host/],
    ['redis:///1', /needs the name of a host/],
    [
      'redis://h/CANARY',
      /the path of the redis: URL must be the number of a database, such as \/0/,
    ],
    ['redis://h/1/2', /must be the number of a database/],
    ['redis://bot:12/CANARY@h', /contains "@" after its host\. Write "@" in the password as %40/],
    ['redis://h:0', /must not have port 0/],
    ['redis://h?CANARY=x', /does not support one of its parameters\. It supports only prefix/],
    ['redis://h?family=6', /does not support the parameter "family"\. It supports only prefix/],
    ['redis://bot:12?CANARY@h', /contains "@" after its host/],
    ['redis://bot:12?canary=CANARY@h', /contains "@" after its host/],
    ['redis://h?prefix=a&prefix=b', /"prefix" is set twice/],
    ['redis://h?prefix=/CANARY', /the prefix of the session store cannot be used/],
    ['redis://h?ca_file=/ca.pem', /ca_file of the storage URL needs a server with TLS\. .*rediss:/],
    ['redis://h#CANARY', /must not contain a fragment\. Write "#" in the password as %23/],
    ['redis://CANARY@h', /has a user but no password/],
    ['redis://:CANARY%@h', /contains a "%" that is not a valid escape\. .* as %25/],
    ['redis://bot:CANARY/@h', /cannot be read\. Escape "\/", "\?", "#", "@" and "%" in a password/],
    ['redis://:CAN ARY@h', /cannot be read/],
  ])('%s is refused with what to write, and shows nothing of it', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(inspect(failure, { showHidden: true })).not.toMatch(/CANARY|CAN ARY/);
  });

  it('is refused beside a client, which would not use it', () => {
    const mixed = { send: async () => null, url: 'rediss://:CANARY@h', ca: 'PEM' };
    expect(() => Reflect.construct(RedisStorage, [mixed])).toThrow(/^(?!.*CANARY).*needs either/);
  });

  it('is refused by RedisStorage too if it is of something else', () => {
    const said = /^(?!.*CANARY).* must start with redis:\/\/ or rediss:\/\//;
    expect(() => new RedisStorage({ url: 'http://:CANARY@h' })).toThrow(said);
  });
});

describe('an authority of its own', () => {
  it.each([
    [
      'a file that is not there',
      '/no/such/ca.pem',
      /"\/no\/such\/ca\.pem" cannot be read \(ENOENT\)/,
    ],
    [
      'a file that holds something else',
      'package.json',
      /package\.json" must hold PEM certificates/,
    ],
    ['PEM text', '-----BEGIN CERTIFICATE-----', /holds the text of a PEM, not a path/],
  ])('cannot be %s, which is said at start-up', async (_, file, message) => {
    const failure = await failureOf(`rediss://:CANARY@h?ca_file=${encodeURIComponent(file)}`);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(
        new RegExp(`session: ca_file of the storage URL.*${message.source}`),
      ),
    });
    expect(inspect(failure, { showHidden: true })).not.toContain('CANARY');
    expect(made).toHaveLength(0);
  });

  it('needs TLS, as text too', () => {
    expect(() => new RedisStorage({ url: 'redis://h', ca: 'PEM' })).toThrow(
      /: ca of the session store needs a server with TLS/,
    );
  });
});

describe('the connection of a redis: URL', () => {
  it('repeats nothing, queues nothing and keeps no process alive', async () => {
    const { storage } = await opened('redis://h');
    expect(made[0]?.settings).toMatchObject({ retryStrategy: null, enableOfflineQueue: false });
    expect(made[0]?.stream.unref).toHaveBeenCalled();
    expect(played.seen).toEqual(['GET', 'EVAL', 'ROLE']);
    await storage.close?.();
    expect(made[0]?.disconnect).toHaveBeenCalled();
  });

  it('is opened again only after it has ended', async () => {
    const store = new RedisStorage({ url: 'redis://h/2' });
    await store.read('key');
    await store.read('key');
    expect(made).toHaveLength(1);
    made[0]?.listeners.get('end')?.();
    await store.read('key');
    expect(made).toHaveLength(2);
    made[0]?.listeners.get('end')?.();
    await store.read('key');
    expect(made).toHaveLength(2);
    expect(played.seen.filter((name) => name === 'SELECT')).toHaveLength(2);
    await store.close();
    await store.close();
  });

  it('that is refused says why, and not only that it was closed', async () => {
    connecting = async () => {
      made.at(-1)?.listeners.get('error')?.(replyError('WRONGPASS invalid password'));
      made.at(-1)?.listeners.get('error')?.(replyError('ERR later'));
      throw new Error('Connection is closed.');
    };
    const failure = await failureOf('redis://:CANARY@h');
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^Could not open Redis at h:6379 \(WRONGPASS\)\./),
    });
    expect(made).toHaveLength(1);
    expect(made[0]?.disconnect).toHaveBeenCalled();
  });

  it('to a node of a cluster is refused at start-up', async () => {
    const said = "CROSSSLOT Keys in request don't hash to the same slot";
    played.next('EVAL', replyError(said));
    const failure = await failureOf('redis://h');
    expect(failure).toMatchObject({
      failure: 'misconfigured',
      message: expect.stringMatching(/The server is part of a cluster\. Pass a cluster client/),
    });
  });

  it('that an older ioredis uses without the user that was refused is given up', async () => {
    connecting = async () => {
      made.at(-1)?.listeners.get('error')?.(replyError('WRONGPASS invalid password'));
    };
    const failure = await failureOf('redis://:CANARY@h');
    expect(failure).toMatchObject({ message: expect.stringMatching(/\(WRONGPASS\)/) });
    expect(made[0]?.disconnect).toHaveBeenCalled();
  });

  it.each(["ERR unknown command 'ROLE'", "NOPERM no permissions to run the 'role' command"])(
    'is taken for one to a primary where it may not ask (%s)',
    async (message) => {
      played.next('ROLE', replyError(message));
      const { storage } = await opened('redis://h');
      await storage.close?.();
    },
  );

  it('to a replica is refused at start-up, unless that is temporary', async () => {
    const replica = ['slave', 'primary', 6379, 'connected', 1];
    played.next('ROLE', replica);
    const primary = await opened('redis://h');
    expect(primary.log).toEqual([expect.stringContaining('kept in redis://h')]);
    await primary.storage.close?.();
    played.next('ROLE', ...Array.from({ length: 20 }, () => replica));
    const { log, storage } = await opened('redis://h');
    expect(log[0]).toMatch(
      /\(READONLY\)\. The server is a replica\..* tried again when a session is needed/,
    );
    played.faults.length = 0;
    await storage.close?.();
  });

  it('is given up for a new one by ioredis when the primary becomes a replica', async () => {
    const store = new RedisStorage({ url: 'redis://h' });
    await store.read('key');
    const decide = made[0]?.settings['reconnectOnError'];
    if (typeof decide !== 'function') throw new Error('It should decide.');
    expect(decide(replyError("READONLY You can't write"))).toBe(true);
    expect(decide(replyError('OOM command not allowed'))).toBe(false);
    await store.close();
  });
});
