import { inspect } from 'node:util';
import { MemoryStorage } from '../../../lib/storage/memory/memory.storage.js';

/** The error for a call in JavaScript that the types would forbid. */
function refused(missing: string): object {
  return { code: 'BETFAIR_CONFIGURATION', message: expect.stringContaining(missing) };
}

describe('MemoryStorage', () => {
  it('keeps two stores apart', async () => {
    const [one, two] = [new MemoryStorage(), new MemoryStorage()];
    await one.write('session.token', 'token', { ifAbsent: true });
    expect(await two.read('session.token')).toBeUndefined();
  });

  it('shows no stored value when inspected or serialised', async () => {
    const storage = new MemoryStorage();
    await storage.write('session.token', 'CANARY', { ifAbsent: true });
    const shown = inspect(storage, { depth: Infinity, showHidden: true }) + JSON.stringify(storage);
    expect(shown).not.toContain('CANARY');
  });

  it.each(['', '/', '/a', 'a/', 'a//b', '.', './a', 'a/./b', '..', 'a/../b', 'a b', 'å'])(
    'refuses the key %j, and says which are allowed',
    async (key) => {
      const storage = new MemoryStorage();
      const refusal = {
        code: 'BETFAIR_CONFIGURATION',
        message: expect.stringContaining(`the storage key ${JSON.stringify(key)} is not valid`),
      };
      await expect(storage.read(key)).rejects.toMatchObject(refusal);
      await expect(storage.write(key, 'token', { ifAbsent: true })).rejects.toMatchObject(refusal);
      await expect(storage.delete(key, { ifVersion: '1' })).rejects.toMatchObject(refusal);
    },
  );

  it.each(['null', '"a version"', '{}'])(
    'refuses %s as a condition, and says what a condition is',
    async (text) => {
      const storage = new MemoryStorage();
      await expect(storage.write('key', 'token', JSON.parse(text))).rejects.toMatchObject(
        refused('{ ifAbsent: true }, or { ifVersion }'),
      );
      await expect(storage.delete('key', JSON.parse(text))).rejects.toMatchObject(
        refused('{ ifVersion }'),
      );
    },
  );

  it('takes options without a signal', async () => {
    const storage = new MemoryStorage();
    const ifVersion = await storage.write('key', 'token', { ifAbsent: true }, {});
    expect(await storage.read('key', {})).toEqual({ value: 'token', version: ifVersion });
    await storage.delete('key', { ifVersion }, {});
    expect(await storage.read('key', {})).toBeUndefined();
  });

  it('hands out values that cannot be changed', async () => {
    const storage = new MemoryStorage();
    await storage.write('session.token', 'token', { ifAbsent: true });
    const stored = await storage.read('session.token');
    expect(Object.isFrozen(stored)).toBe(true);
  });
});
