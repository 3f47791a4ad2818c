import { filter, firstValueFrom } from 'rxjs';
import {
  MemoryStorage,
  type SessionStorage,
  StorageConflictError,
  type WriteCondition,
} from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { closeApplications } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

const misconfigured = { code: 'BETFAIR_STORAGE_MISCONFIGURED', retryable: false };

afterEach(closeAccounts);

/** A store that works, but for what `changed` makes of it, as plain JavaScript may. */
function storeOf(changed: Record<string, unknown>): SessionStorage {
  return Object.assign(new MemoryStorage(), changed);
}

describe('a store of one’s own', () => {
  it('may say null of what is absent', async () => {
    const inner = new MemoryStorage();
    const storage = storeOf({
      read: async (key: string) => (await inner.read(key)) ?? null,
      write: inner.write.bind(inner),
      delete: inner.delete.bind(inner),
    });
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage });
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logouts: 0 });
  });

  it.each<[string, unknown, string]>([
    ['an empty object', {}, 'read() returned no text'],
    ['a number', 7, 'read() returned no text'],
    ['bytes', { value: Buffer.from('token'), version: '1' }, 'read() returned no text'],
    ['no version', { value: 'token' }, 'read() returned no version'],
    ['an empty version', { value: 'token', version: '' }, 'read() returned no version'],
    ['a number as the version', { value: 'token', version: 1 }, 'read() returned no version'],
  ])('that returns %s is told so by name, before any login', async (_, answer, message) => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: storeOf({ read: async () => answer }) });
    await expect(sessions.getSession()).rejects.toMatchObject({
      ...misconfigured,
      message: expect.stringContaining(message),
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it('that returns no version of what it wrote is told so before any login', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: storeOf({ write: async () => undefined }) });
    await expect(sessions.getSession()).rejects.toMatchObject({
      ...misconfigured,
      message: expect.stringContaining('write() returned no version'),
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it.each<[string, (condition: WriteCondition) => boolean, number]>([
    ['to create anything', (condition) => 'ifAbsent' in condition, 0],
    ['to replace anything', (condition) => 'ifVersion' in condition, 1],
  ])(
    'that refuses %s without a reason is to blame, before any login',
    async (_, refuses, before) => {
      const inner = new MemoryStorage();
      const { simulator, start } = await createAccount();
      if (before > 0) {
        await (await start({ storage: inner })).sessions.getSession();
        await closeApplications();
        simulator.endSessions();
      }
      const storage = storeOf({
        read: inner.read.bind(inner),
        write: async (key: string, value: string, condition: WriteCondition) => {
          if (refuses(condition)) throw new StorageConflictError(key);
          return inner.write(key, value, condition);
        },
      });
      const { sessions } = await start({ storage });
      await expect(sessions.getSession()).rejects.toMatchObject({
        ...misconfigured,
        message: expect.stringContaining('although its version stays the same'),
      });
      expect(simulator.counts.loginAttempts).toBe(before);
    },
  );

  it('that refuses everything without a reason is named at night, too, where logins go on', async () => {
    const { start } = await createAccount();
    const { sessions, logger } = await start({
      storage: storeOf({
        write: async (key: string) => {
          throw new StorageConflictError(key);
        },
      }),
      persistence: 'best-effort',
      requestTimeout: 1_000,
    });
    const degraded = firstValueFrom(
      sessions.events$.pipe(filter(({ type }) => type === 'storageDegraded')),
    );
    await sessions.getSession();
    await degraded;
    expect(JSON.stringify(logger.lines)).toContain('although its version stays the same');
  });

  it('that throws the conflict of another copy of this package is understood', async () => {
    class OtherConflictError extends Error {
      readonly code = 'BETFAIR_STORAGE_CONFLICT';
    }
    const inner = new MemoryStorage();
    const write = async (key: string, value: string, condition: WriteCondition) => {
      try {
        return await inner.write(key, value, condition);
      } catch {
        throw new OtherConflictError();
      }
    };
    const storage = storeOf({
      read: inner.read.bind(inner),
      write,
      delete: inner.delete.bind(inner),
    });
    const { simulator, start } = await createAccount();
    const [first, second] = [await start({ storage }), await start({ storage })];
    const sessions = await Promise.all([first.sessions.getSession(), second.sessions.getSession()]);
    expect(sessions[0].token).toBe(sessions[1].token);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('whose reads give two dead tokens in turn, as replicas that lag do, is not asked without end', async () => {
    const inner = new MemoryStorage();
    let calls = 0;
    let reads = 0;
    const read = async (key: string) => {
      calls += 1;
      if (!key.endsWith('.token')) return inner.read(key);
      reads += 1;
      return { value: `a-dead-token-${reads % 2}`, version: `${reads % 2}` };
    };
    const write = async (key: string, value: string, condition: WriteCondition) => {
      calls += 1;
      return inner.write(key, value, condition);
    };
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start(
      { storage: storeOf({ read, write }), sessionKey: undefined },
      clock,
    );
    const session = sessions.getSession().catch((error: unknown) => error);
    for (let second = 0; second < 5; second += 1) await clock.advance(1_000);
    expect(calls).toBeLessThanOrEqual(40);
    expect(await clock.until(session)).toMatchObject({ retryable: true });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it('whose version changes at every read of a dead token is not asked without end', async () => {
    const inner = new MemoryStorage();
    let calls = 0;
    const read = async (key: string) => {
      calls += 1;
      const dead = { value: 'a-dead-token', version: `${calls}` };
      return key.endsWith('.token') ? dead : inner.read(key);
    };
    const write = async (key: string, value: string, condition: WriteCondition) => {
      calls += 1;
      return inner.write(key, value, condition);
    };
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start(
      { storage: storeOf({ read, write }), sessionKey: undefined },
      clock,
    );
    const session = sessions.getSession().catch((error: unknown) => error);
    for (let second = 0; second < 5; second += 1) await clock.advance(1_000);
    expect(calls).toBeLessThanOrEqual(20);
    expect(await clock.until(session)).toMatchObject({
      code: 'BETFAIR_STORAGE_UNAVAILABLE',
      message: expect.stringContaining('its version changes without a write'),
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });
});
