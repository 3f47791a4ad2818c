import { MemoryStorage, type SessionStorage } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

const nameOf = (key: string) => (key.endsWith('.lease') ? 'record' : 'token');

/** A store that notes what is asked of it. */
function noting(storage: SessionStorage, notes: string[]): SessionStorage {
  return {
    read: (key, options) => {
      notes.push(`read ${nameOf(key)}`);
      return storage.read(key, options);
    },
    write: (key, value, condition, options) => {
      notes.push(`${'ifAbsent' in condition ? 'create' : 'replace'} ${nameOf(key)}`);
      return storage.write(key, value, condition, options);
    },
    delete: (key, condition, options) => storage.delete(key, condition, options),
  };
}

async function setUp(sessionKey: string | undefined) {
  const clock = new VirtualClock();
  const account = await createAccount({ clock });
  const shared = new MemoryStorage();
  const notes: string[] = [];
  return {
    ...account,
    clock,
    start: async () => {
      const storage = noting(shared, notes);
      return (await account.start({ storage, sessionKey }, clock)).sessions;
    },
    /** What was asked of the store meanwhile. */
    notesOf: async (work: () => Promise<unknown>) => {
      notes.length = 0;
      await work();
      return [...notes];
    },
  };
}

describe.each([
  ['derived from the account', undefined, [], []],
  // The name is nobody's until a token is stored under it, and looked at right before that.
  ['chosen by hand', 'session.token', ['read record', 'replace record'], ['read record']],
])('with a session key %s', (_how, sessionKey, claim, check) => {
  it('the very first login tests the store during the second read of the token', async () => {
    const { clock, start, notesOf } = await setUp(sessionKey);
    const sessions = await start();
    expect(await notesOf(() => clock.until(sessions.getSession()))).toEqual([
      'read token',
      'read record',
      'create record',
      'replace record',
      'read token',
      'create record',
      'replace record',
      'read record',
      ...claim,
      'create token',
    ]);
  });

  it('a restart with a dead session makes five operations, and one that makes sure of the name', async () => {
    const { clock, simulator, start, notesOf } = await setUp(sessionKey);
    const before = await start();
    await clock.until(before.getSession());
    await clock.advance(3_000);
    simulator.endSessions();
    const sessions = await start();
    expect(await notesOf(() => clock.until(sessions.getSession()))).toEqual([
      'read token',
      'read record',
      'replace record',
      'read token',
      ...check,
      'replace token',
    ]);
  });

  it('the lease is given back 3 s later without a read', async () => {
    const { clock, simulator, start, notesOf } = await setUp(sessionKey);
    const before = await start();
    await clock.until(before.getSession());
    await clock.advance(3_000);
    simulator.endSessions();
    const sessions = await start();
    await clock.until(sessions.getSession());
    expect(await notesOf(() => clock.advance(2_900))).toEqual([]);
    expect(await notesOf(() => clock.advance(100))).toEqual(['replace record']);
  });
});
