import { inspect } from 'node:util';
import { MemoryStorage } from '../../lib/storage/memory.storage.js';
import { sessionStorageConformance } from '../../lib/testing/storage-conformance.js';

describe('MemoryStorage', () => {
  const shared = new MemoryStorage();
  for (const { name, run } of sessionStorageConformance({ create: () => shared, rounds: 200 }))
    it(name, run);

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

  it('hands out values that cannot be changed', async () => {
    const storage = new MemoryStorage();
    await storage.write('session.token', 'token', { ifAbsent: true });
    const stored = await storage.read('session.token');
    expect(Object.isFrozen(stored)).toBe(true);
  });
});
