import { MemoryStorage } from '../../lib/storage/memory/memory.storage.js';
import type {
  DeleteCondition,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../../lib/storage/contract/session-storage.interface.js';
import { sessionStorageConformance } from '../../lib/testing/conformance/storage-conformance.js';

/** The names of the cases that a store fails. */
async function failures(open: () => MemoryStorage): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of sessionStorageConformance({ create: open })) {
    await run().catch(() => failed.push(name));
  }
  return failed;
}

const create = (): MemoryStorage => new MemoryStorage();

/** A store that overwrites whatever is there. */
class Unconditional extends MemoryStorage {
  override async write(key: string, value: string, _condition: WriteCondition): Promise<string> {
    const stored = await this.read(key);
    return super.write(key, value, stored ? { ifVersion: stored.version } : { ifAbsent: true });
  }
}

/** A store that ignores the version on a deletion, as some S3-compatible servers do. */
class UnconditionalDelete extends MemoryStorage {
  override async delete(key: string, _condition: DeleteCondition): Promise<void> {
    const stored = await this.read(key);
    if (stored) await super.delete(key, { ifVersion: stored.version });
  }
}

/** A store that looks first and writes then. */
class Racing extends MemoryStorage {
  override async write(key: string, value: string, condition: WriteCondition): Promise<string> {
    const stored = await this.read(key);
    const expected = 'ifVersion' in condition ? condition.ifVersion : undefined;
    if (stored?.version !== expected) return super.write(key, value, condition);
    await new Promise((resolve) => setImmediate(resolve));
    const now = await this.read(key);
    return super.write(key, value, now ? { ifVersion: now.version } : { ifAbsent: true });
  }
}

/** A store that changes the text. */
class Trimming extends MemoryStorage {
  override async read(key: string): Promise<StoredValue | undefined> {
    const stored = await super.read(key);
    return stored && { ...stored, value: stored.value.trim() };
  }
}

/** A store that shows what it holds. */
class Talkative extends MemoryStorage {
  override async write(key: string, value: string, condition: WriteCondition): Promise<string> {
    return super.write(key, value, condition).catch((error: unknown) => {
      throw Object.assign(new Error('conflict'), {
        code: 'BETFAIR_STORAGE_CONFLICT',
        value,
        error,
      });
    });
  }
}

describe('sessionStorageConformance', () => {
  const broken = [
    { Store: Unconditional, fails: 'refuses to create an object twice and keeps the first value' },
    { Store: UnconditionalDelete, fails: 'refuses to delete a stale version' },
    { Store: Racing, fails: 'lets one of eight creators win' },
    { Store: Trimming, fails: 'keeps every kind of text as it is' },
    { Store: Talkative, fails: 'puts no stored value into an error' },
  ];

  it('finds nothing wrong with a store that works', async () => {
    const shared = new MemoryStorage();
    expect(await failures(() => shared)).toEqual([]);
  });

  it('finds that two instances do not share their data', async () => {
    expect(await failures(create)).toContain('shows the writes of one instance to another');
  });

  for (const { Store, fails } of broken) {
    it(`finds the fault of a store that is ${Store.name}`, async () => {
      const shared = new Store();
      expect(await failures(() => shared)).toContain(fails);
    });
  }

  it('leaves nothing behind', async () => {
    const keys = new Set<string>();
    class Recording extends MemoryStorage {
      override async write(
        key: string,
        value: string,
        condition: WriteCondition,
        options?: StorageOperationOptions,
      ): Promise<string> {
        keys.add(key);
        return super.write(key, value, condition, options);
      }
    }
    const shared = new Recording();
    expect(await failures(() => shared)).toEqual([]);
    expect(keys.size).toBeGreaterThan(20);
    for (const key of keys) expect(await shared.read(key)).toBeUndefined();
  });

  it('leaves out what a store with versions by content cannot do', () => {
    const all = sessionStorageConformance({ create }).map(({ name }) => name);
    const some = sessionStorageConformance({ create, contentVersions: true }).map(
      ({ name }) => name,
    );
    expect(all.filter((name) => !some.includes(name))).toEqual([
      'gives a new version to equal content',
    ]);
  });
});
