import { jest } from '@jest/globals';
import { PlayedProcess, playedCallbacks, playedFileSystem } from '../support/played-processes.js';

jest.unstable_mockModule('node:fs/promises', playedFileSystem);
jest.unstable_mockModule('node:fs', playedCallbacks);
const { FileStorage, StorageConflictError } = await import('nestjs-betfair-session');
const { removeDirectories } = await import('../support/folders.js');
const { KEY, put, storageWith } = await import('../support/stored-key.js');

type Storage = InstanceType<typeof FileStorage>;

const OLD = 'TEXT-old';
const OURS = 'TEXT-ours';

afterAll(removeDirectories);

/** A process that stops before the calls that it is told. */
class Steps<T> {
  #until = Infinity;
  #result: Promise<T> | undefined;
  #arrive: () => void = () => undefined;
  #goOn: () => void = () => undefined;
  readonly #process = new PlayedProcess((call) => (call < this.#until ? undefined : this.#stop));
  readonly #stop = () =>
    new Promise<void>((resolve) => {
      this.#goOn = resolve;
      this.#arrive();
    });

  constructor(private readonly work: () => Promise<T>) {}

  get calls(): readonly string[] {
    return this.#process.calls;
  }

  /** Goes on until it is about to make that call, or ends. */
  async to(call: number): Promise<void> {
    const arrived = new Promise<void>((resolve) => {
      this.#arrive = resolve;
    });
    await Promise.race([arrived, this.#run(call)]);
  }

  end(): Promise<T> {
    return this.#run(Infinity);
  }

  #run(until: number): Promise<T> {
    this.#until = until;
    this.#goOn();
    this.#result ??= this.#process.run(this.work);
    return this.#result;
  }
}

/** A deletion of what is stored now, by another process. */
async function deletion({ directory }: Storage) {
  const storage = new FileStorage({ directory });
  const ifVersion = (await storage.read(KEY))?.version ?? '';
  await storage.open();
  return new Steps(() =>
    storage.delete(KEY, { ifVersion }).then(
      () => 'done' as const,
      (error: unknown) => {
        if (error instanceof StorageConflictError) return 'conflict' as const;
        throw error;
      },
    ),
  );
}

async function reading({ directory }: Storage) {
  const storage = new FileStorage({ directory });
  await storage.read(KEY);
  return new Steps(() => storage.read(KEY));
}

/** The numbers of the calls of a deletion: all, and those from moving aside until nothing is left of it. */
async function callsOfDeletion() {
  const { storage } = await storageWith(OLD);
  const steps = await deletion(storage);
  expect(await steps.end()).toBe('done');
  const move = steps.calls.indexOf(`rename ${KEY} trash`) + 1;
  return { move, last: steps.calls.indexOf('unlink tmp', move) + 2 };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('a deletion of a file that succeeded stays one', () => {
  it('if a reader stops twice meanwhile', async () => {
    const { move, last } = await callsOfDeletion();
    for (const d of range(move, last))
      for (const first of range(1, 7))
        for (const second of range(first + 1, 10)) {
          const { storage } = await storageWith(OLD);
          const deleter = await deletion(storage);
          const reader = await reading(storage);
          await reader.to(first);
          await deleter.to(d);
          await reader.to(second);
          const outcome = await deleter.end();
          await reader.end();
          const where = [deleter.calls[d - 1], first, second];
          expect([...where, outcome]).toEqual([...where, 'done']);
          expect([...where, await storage.read(KEY)]).toEqual([...where, undefined]);
        }
  }, 180_000);

  it('if a late deletion takes the copy away and puts it back meanwhile', async () => {
    const { move, last } = await callsOfDeletion();
    for (const d of range(move - 2, last))
      for (const l of range(move + 1, last)) {
        const { storage } = await storageWith(OLD);
        const late = await deletion(storage);
        await late.to(move);
        await put(storage, OURS);
        const deleter = await deletion(storage);
        await deleter.to(d);
        await late.to(l);
        await deleter.to(d + 1);
        await late.end();
        const outcome = await deleter.end();
        const where = [deleter.calls[d - 1], late.calls[l - 1]];
        expect([...where, outcome]).toEqual([...where, 'done']);
        expect([...where, await storage.read(KEY)]).toEqual([...where, undefined]);
      }
  }, 180_000);
});
