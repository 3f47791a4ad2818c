import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  FileStorage,
  getSessionServiceToken,
  getSessionStorageToken,
  MemoryStorage,
  type SessionService,
  type SessionStorage,
} from 'nestjs-betfair-session';
import { parseLoginRecord } from '../../lib/login/lease/lease.record.js';
import { EncryptedStorage } from '../readme/snippets/encrypted.storage.js';
import { FaultyStorage } from '../support/faulty.storage.js';
import { account, afterwards, startProxied, startSimulator } from './proxied.application.js';
import type { Wrapper } from './wrappers.js';

const ACCOUNTS = { accounts: [{ username: 'alice' }, { username: 'bruno' }] };
const KEY = { sessionKey: 'session.token' };

/** Stores that are injected: one that says where it lies, and one of the application's own. */
const LOCATED = Symbol('store with a location');
const OWN = Symbol('store without one');

@Module({
  providers: [
    { provide: LOCATED, useFactory: () => new MemoryStorage() },
    { provide: OWN, useFactory: () => new FaultyStorage() },
  ],
  exports: [LOCATED, OWN],
})
class StoresModule {}

const refused = { message: expect.stringContaining('in the same object "session.token"') };

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'proxied-'));
  afterwards(() => rm(path, { recursive: true }));
  return path;
}

/** The same store for every account. */
function shared<T>(storage: T): () => T {
  return () => storage;
}

/** Told of what is written to the store that is injected, and of its end. */
function watch(
  storage: SessionStorage,
  onWrite: (value: string) => void,
  onClose: () => void = () => {},
): void {
  const write = storage.write.bind(storage);
  const watched: Pick<SessionStorage, 'write' | 'close'> = {
    write: (key, value, ...rest) => {
      onWrite(value);
      return write(key, value, ...rest);
    },
    close: async () => onClose(),
  };
  Object.assign(storage, watched);
}

/** Starts two accounts that name one object in one injected store. */
async function startWithInjected(wrapper: Wrapper, store: symbol): Promise<string> {
  const simulator = await startSimulator(ACCOUNTS);
  const injected = (username: string) => ({
    imports: [StoresModule],
    inject: [store],
    useFactory: (storage: SessionStorage) => {
      const options: BetfairSessionOptions = { ...simulator.options(username), storage, ...KEY };
      return options;
    },
  });
  await startProxied(wrapper, {
    imports: [
      BetfairSessionModule.forRootAsync(injected('alice')),
      BetfairSessionModule.forRootAsync({ name: 'bruno', ...injected('bruno') }),
    ],
  });
  return 'started';
}

/** What holds of an injected store, if every account is given the same proxy of it. */
export function injectedStoresAreKnown(wrapper: () => Wrapper): void {
  it('that is injected is refused to two accounts with one sessionKey', () =>
    expect(startWithInjected(wrapper(), OWN)).rejects.toMatchObject(refused));
}

/** What holds of stores, whatever wraps the providers of an application. */
export function storesAreKnown(wrapper: () => Wrapper): void {
  it.each<[string, () => Promise<BetfairSessionOptions['storage']>, boolean]>([
    ['file:', async () => `file://${await directory()}`, true],
    ['mem://', async () => 'mem://', true],
    ['an object', async () => new MemoryStorage(), false],
    ['a FileStorage', async () => new FileStorage({ directory: await directory() }), false],
  ])('chosen by %s is closed at shutdown, if it was a URL', async (_, choose, isClosed) => {
    const simulator = await startSimulator();
    const application = await startProxied(wrapper(), {
      imports: [account(simulator, { storage: await choose() })],
    });
    let closed = 0;
    watch(
      application.app.get(getSessionStorageToken()),
      () => {},
      () => (closed += 1),
    );
    await application.within((sessions) => sessions.getSession());
    await application.close();
    expect(closed).toBe(isClosed ? 1 : 0);
  });

  it.each<[string, Partial<BetfairSessionOptions>]>([
    ['made by us', {}],
    ['chosen by hand', KEY],
  ])('mem:// takes no lease, under a key %s', async (_, key) => {
    const simulator = await startSimulator();
    const { app, within } = await startProxied(wrapper(), {
      imports: [account(simulator, { storage: 'mem://', ...key })],
    });
    const written: string[] = [];
    watch(app.get(getSessionStorageToken()), (value) => written.push(value));
    const { token } = await within((sessions) => sessions.getSession());
    expect(written).toContain(token);
    const records = written.filter((value) => value !== token).map(parseLoginRecord);
    expect(records.filter(({ holder }) => holder !== null)).toEqual([]);
  });

  it('a MemoryStorage that is handed in takes one, because others may have it too', async () => {
    const simulator = await startSimulator();
    const storage = new MemoryStorage();
    const { within } = await startProxied(wrapper(), {
      imports: [account(simulator, { storage, ...KEY })],
    });
    await within((sessions) => sessions.getSession());
    expect(await storage.read('session.token.lease')).toBeDefined();
  });

  it('a restart resumes the session in a file', async () => {
    const simulator = await startSimulator();
    const storage = `file://${await directory()}`;
    for (let start = 0; start < 2; start += 1) {
      const { within, close } = await startProxied(wrapper(), {
        imports: [account(simulator, { storage })],
      });
      await within((sessions) => sessions.getSession());
      await close();
    }
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  describe('two accounts with one sessionKey are refused at start-up', () => {
    it.each<[string, (path: string) => () => SessionStorage | string]>([
      ['on one MemoryStorage', () => shared(new MemoryStorage())],
      ['on one FileStorage', (path) => shared(new FileStorage({ directory: path }))],
      ['on two of one directory', (path) => () => new FileStorage({ directory: path })],
      ['on one URL', (path) => () => `file:${path}`],
      [
        'on one EncryptedStorage of the documentation',
        (path) => shared(new EncryptedStorage(path, randomBytes(32))),
      ],
    ])('%s', async (_, choose) => {
      const simulator = await startSimulator(ACCOUNTS);
      const storage = choose(await directory());
      const started = startProxied(wrapper(), {
        imports: [
          account(simulator, { storage: storage(), ...KEY }),
          account(simulator, { storage: storage(), ...KEY }, 'bruno'),
        ],
      });
      await expect(started.then(() => 'started')).rejects.toMatchObject(refused);
      expect(simulator.counts.loginAttempts).toBe(0);
    });

    it('on one store that is injected and says where it lies', () =>
      expect(startWithInjected(wrapper(), LOCATED)).rejects.toMatchObject(refused));
  });

  it('two accounts on one mem:// URL are two stores', async () => {
    const simulator = await startSimulator(ACCOUNTS);
    const memory = { storage: 'mem://', ...KEY };
    const { app, within } = await startProxied(wrapper(), {
      imports: [account(simulator, memory), account(simulator, memory, 'bruno')],
    });
    const bruno = app.get<SessionService>(getSessionServiceToken('bruno'), { strict: false });
    const tokens = await within(async (alice) => [
      (await alice.getSession()).token,
      (await bruno.getSession()).token,
    ]);
    expect(new Set(tokens).size).toBe(2);
  });

  it('of each of two accounts lies in one place: refused at start-up', async () => {
    const simulator = await startSimulator(ACCOUNTS);
    const path = await directory();
    const secret = randomBytes(32);
    const stored = () => ({ storage: new EncryptedStorage(path, secret), ...KEY });
    const imports = [account(simulator, stored()), account(simulator, stored(), 'bruno')];
    await expect(startProxied(wrapper(), { imports })).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
    });
    expect(simulator.requests).toEqual([]);
  });
}
