import {
  MemoryStorage,
  SessionStorageError,
  type SessionStorage,
  type StorageFailure,
} from 'nestjs-betfair-session';
import { failureOf, opened } from './support/opened.js';

/** A store that fails to open. */
function failing(error: unknown): SessionStorage {
  return Object.assign(new MemoryStorage(), {
    async open() {
      throw error;
    },
  });
}

const refusing = (failure: StorageFailure) =>
  failing(new SessionStorageError('The drawer is locked.', failure));

describe('the location of a store', () => {
  it('is logged without the credentials that the URL of a client may have', async () => {
    const location = 'redis://user:p@ss/CANARY@host:6379/1';
    const { log } = await opened(Object.assign(new MemoryStorage(), { location }));
    expect(log).toStrictEqual(['Session tokens are kept in redis://host:6379/1']);
  });
});

describe('a store that fails to open', () => {
  it.each(['denied', 'misconfigured', 'unsupported'] as const)(
    'stops the application (%s)',
    async (failure) => {
      expect(await failureOf(refusing(failure))).toMatchObject({ failure });
    },
  );

  it('does not if it cannot be reached, which is temporary', async () => {
    const { log } = await opened(refusing('unavailable'));
    expect(log[0]).toBe('The drawer is locked. It will be tried again when a session is needed.');
  });

  it.each(['denied', 'unavailable'] as const)(
    'does not, where it may work later and the session need not be kept (%s)',
    async (failure) => {
      const { log } = await opened(refusing(failure), 'best-effort');
      expect(log[0]).toBe(
        'The drawer is locked. The session is kept in memory only, until the store works.',
      );
    },
  );

  it.each(['misconfigured', 'unsupported'] as const)(
    'does, where it never will (%s)',
    async (failure) => {
      expect(await failureOf(refusing(failure), 'best-effort')).toMatchObject({ failure });
    },
  );

  it('of an application may throw anything, and nothing of it is shown', async () => {
    const { log } = await opened(failing(new Error('redis://:CANARY@host')));
    expect(log[0]).toMatch(/^The session store failed to open: Error\. Check/);
    expect(log.join()).not.toContain('CANARY');
  });

  it('is recognised by its code if another copy of the package made the error', async () => {
    const error = Object.assign(new Error('x'), { code: 'BETFAIR_STORAGE_DENIED' });
    expect(await failureOf(failing(error))).toMatchObject({ failure: 'denied' });
  });

  it('may do so at once', async () => {
    const throwing: SessionStorage = Object.assign(new MemoryStorage(), {
      open(): Promise<void> {
        throw new Error('at once');
      },
    });
    expect((await opened(throwing)).log[0]).toMatch(/failed to open/);
  });
});
