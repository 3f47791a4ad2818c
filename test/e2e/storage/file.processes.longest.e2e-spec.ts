import { jest } from '@jest/globals';
import { chmod, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import { Workers, type Job } from './support/file-workers.js';
import {
  filesWith,
  newDirectory,
  removeDirectories,
  sweep,
} from '../../storage/support/folders.js';
import { KEY, put, storageWith } from '../../storage/support/stored-key.js';

const OLD = 'TEXT-old';
const THEIRS = 'TEXT-theirs';
const OURS = 'TEXT-ours';

const nobody = process.getuid?.() === 0 ? { user: 65_534 } : {};
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

// A process takes a good part of a second to start on a busy machine.
jest.setTimeout(60_000);

let workers: Workers;
beforeAll(async () => {
  workers = await Workers.build();
});
afterAll(async () => {
  await workers.close();
  await removeDirectories();
});

/** Every call of the file system that a change makes when nothing disturbs it. */
async function callsOf(value: string | undefined): Promise<readonly string[]> {
  const { storage } = await storageWith(OLD);
  const { result, calls } = await workers.run(storage.directory, { name: 'change', value });
  expect(result).toBe('done');
  return calls ?? [];
}

function job(
  value: string | undefined,
  signals: Readonly<Record<number, 'SIGSTOP' | 'SIGKILL'>>,
): Job {
  return { name: 'change', value, signals };
}

/** Runs for every call of the file system, some at a time: most of it is waiting for processes. */
async function atEvery(
  calls: readonly string[],
  run: (call: number, label: string) => Promise<void>,
): Promise<void> {
  const rest = calls.map((name, index) => ({ call: index + 1, label: `${index + 1}: ${name}` }));
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next; next = rest.shift()) await run(next.call, next.label);
  };
  await Promise.all([lane(), lane(), lane()]);
}

describeOnLinux.each([
  { change: 'a write', value: THEIRS },
  { change: 'a deletion', value: undefined },
])('FileStorage when $change', ({ value }) => {
  let calls: readonly string[];
  beforeAll(async () => {
    calls = await callsOf(value);
  });

  it('is killed at any point keeps the old or the new value and goes on', async () => {
    const found = new Set<string | undefined>();
    await atEvery(calls, async (call, label) => {
      const { storage } = await storageWith(OLD);
      const worker = workers.start(storage.directory, job(value, { [call]: 'SIGKILL' }));
      await worker.ended;
      expect(worker.child.signalCode).toBe('SIGKILL');

      const stored = await storage.read(KEY);
      expect([OLD, value]).toContain(stored?.value);
      expect(await new FileStorage(storage).read(KEY)).toEqual(stored);
      found.add(stored?.value);

      await put(storage, OURS);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, OURS]);
      await sweep(storage.directory, KEY);
      expect([label, await filesWith(storage.directory, 'TEXT')]).toEqual([label, [KEY]]);
    });
    expect(found).toEqual(new Set([OLD, value]));
  });

  it('sleeps at any point wins exactly if the next reader saw it', async () => {
    const results = new Set<string | undefined>();
    await atEvery(calls, async (call, label) => {
      const { storage, stored } = await storageWith(OLD);
      const worker = workers.start(storage.directory, job(value, { [call]: 'SIGSTOP' }));
      expect(await worker.stopped()).toBe(true);
      const seen = await storage.read(KEY);
      await put(storage, OURS);
      const { result } = await worker.resume();
      results.add(result);
      expect([label, result]).toEqual([
        label,
        seen?.version === stored.version ? 'conflict' : 'done',
      ]);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, OURS]);
      expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
    });
    expect(results).toEqual(new Set(['done', 'conflict']));
  });

  it('sleeps before it decides and wakes 41 generations later loses', async () => {
    const { storage } = await storageWith(OLD);
    const call = calls.indexOf('link tmp record') + 1;
    const worker = workers.start(storage.directory, job(value, { [call]: 'SIGSTOP' }));
    expect(await worker.stopped()).toBe(true);
    for (let count = 0; count < 41; count++) await put(storage, OURS);
    // Its number is free again: only the newer ones tell that it lost.
    expect(await readdir(join(storage.directory, `.${KEY}.versions`))).not.toContain('2');
    expect(await worker.resume()).toMatchObject({ result: 'conflict' });
    expect((await storage.read(KEY))?.value).toBe(OURS);
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
  });

  it('sleeps before it decides, wakes 41 generations later and dies leaves no text behind', async () => {
    const { storage } = await storageWith(OLD);
    const call = calls.indexOf('link tmp record') + 1;
    const signals = { [call]: 'SIGSTOP', [call + 1]: 'SIGKILL' } as const;
    const worker = workers.start(storage.directory, job(value, signals));
    expect(await worker.stopped()).toBe(true);
    for (let count = 0; count < 41; count++) await put(storage, OURS);
    await worker.resume();
    expect((await storage.read(KEY))?.value).toBe(OURS);
    await put(storage, OURS);
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
  });

  it('sleeps after it decided and wakes 41 generations later has won and harms nothing', async () => {
    const { storage } = await storageWith(OLD);
    const call = calls.findIndex((name) => /^rename \S+ \S+$/.test(name)) + 1;
    const worker = workers.start(storage.directory, job(value, { [call]: 'SIGSTOP' }));
    expect(await worker.stopped()).toBe(true);
    for (let count = 0; count < 41; count++) await put(storage, OURS);
    expect(await worker.resume()).toMatchObject({ result: 'done' });
    expect((await storage.read(KEY))?.value).toBe(OURS);
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
  });

  it('is overtaken by a foreign write at any point loses to it', async () => {
    await atEvery(calls, async (call, label) => {
      const { storage } = await storageWith(OLD);
      const worker = workers.start(storage.directory, job(value, { [call]: 'SIGSTOP' }));
      expect(await worker.stopped()).toBe(true);
      const path = join(storage.directory, KEY);
      await writeFile(`${path}.foreign`, 'TEXT-foreign');
      await rename(`${path}.foreign`, path);
      const { result } = await worker.resume();
      const stored = await storage.read(KEY);
      // The one moment that no file system can guard: checked, and not yet renamed.
      if (calls[call - 1] === `rename tmp ${KEY}`) {
        expect([result, stored?.value]).toEqual(['done', value]);
      } else {
        expect([label, stored?.value]).toEqual([label, 'TEXT-foreign']);
        expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
      }
    });
  });
});

describeOnLinux('FileStorage between deciding and publishing', () => {
  it('has a dead writer finished by the next reader', async () => {
    const { storage } = await storageWith(OLD);
    const call = (await callsOf(THEIRS)).indexOf(`rename tmp ${KEY}`) + 1;
    await workers.run(storage.directory, job(THEIRS, { [call]: 'SIGKILL' }));
    expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(OLD);
    expect((await storage.read(KEY))?.value).toBe(THEIRS);
    expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(THEIRS);
    expect(await filesWith(storage.directory, OLD)).toEqual([]);
  });

  it('lets a foreign write win over a dead writer', async () => {
    const { storage } = await storageWith(OLD);
    const call = (await callsOf(THEIRS)).indexOf(`rename tmp ${KEY}`) + 1;
    await workers.run(storage.directory, job(THEIRS, { [call]: 'SIGKILL' }));
    await writeFile(join(storage.directory, KEY), 'TEXT-foreign');
    expect((await storage.read(KEY))?.value).toBe('TEXT-foreign');
    expect(await filesWith(storage.directory, THEIRS)).toEqual([]);
  });

  it('refuses a creator that slept until the object was there, changed often, and gone again', async () => {
    const empty = await newDirectory();
    const { calls } = await workers.run(empty, job(THEIRS, {}));
    const call = (calls ?? []).indexOf('link tmp record') + 1;
    const storage = new FileStorage({ directory: await newDirectory() });
    const worker = workers.start(storage.directory, job(THEIRS, { [call]: 'SIGSTOP' }));
    expect(await worker.stopped()).toBe(true);
    for (let count = 0; count < 41; count++) await put(storage, OURS);
    const stored = await storage.read(KEY);
    await storage.delete(KEY, { ifVersion: stored?.version ?? '' });
    expect(await worker.resume()).toMatchObject({ result: 'conflict' });
    expect(await storage.read(KEY)).toBeUndefined();
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([]);
  });

  it('gives back what a late deletion took away by mistake, even if that process dies', async () => {
    const calls = await callsOf(undefined);
    const call = calls.indexOf(`rename ${KEY} trash`) + 1;
    for (let later = 1; call + later <= calls.length; later++) {
      const { storage } = await storageWith(OLD);
      const worker = workers.start(
        storage.directory,
        job(undefined, { [call]: 'SIGSTOP', [call + later]: 'SIGKILL' }),
      );
      expect(await worker.stopped()).toBe(true);
      await put(storage, OURS);
      await worker.resume();
      expect((await storage.read(KEY))?.value).toBe(OURS);
      expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(OURS);
    }
  });
});

describe("FileStorage under Yarn's Plug'n'Play", () => {
  const missing = ['sync', 'datasync', 'utimes'];

  it.each([
    ['creates', THEIRS, undefined],
    ['replaces', THEIRS, OLD],
    ['deletes', undefined, OLD],
  ])('%s without the methods that its file handles lack', async (_, value, before) => {
    const storage =
      before === undefined
        ? new FileStorage({ directory: await newDirectory() })
        : (await storageWith(before)).storage;
    const report = await workers.run(storage.directory, { name: 'change', value, missing });
    expect(report).toMatchObject({ result: 'done' });
    expect((await storage.read(KEY))?.value).toBe(value);
  });
});

describe('FileStorage without rights', () => {
  it('reports a directory of another user as denied', async () => {
    const { storage } = await storageWith(OLD);
    await chmod(dirname(storage.directory), 0o755);
    if (!('user' in nobody)) await chmod(storage.directory, 0);
    const report = await workers.run(storage.directory, { name: 'open' }, nobody);
    await chmod(storage.directory, 0o700);
    expect(report).toMatchObject({ result: 'error', code: 'BETFAIR_STORAGE_DENIED' });
    expect(report.message).toContain('EACCES');
  });

  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOSYS'])(
    'reports a file system that answers link() with %s as unsupported',
    async (link) => {
      const directory = await newDirectory();
      // No file system without hard links can be mounted everywhere, so the answer is made up.
      const report = await workers.run(directory, { name: 'open', errors: { link } });
      expect(report).toMatchObject({ result: 'error', code: 'BETFAIR_STORAGE_UNSUPPORTED' });
      expect(report.message).toContain('hard links');
      expect(await readdir(directory)).toEqual([]);
    },
  );
});
