import { jest } from '@jest/globals';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Incident,
  playedCallbacks,
  PlayedProcess,
  playedFileSystem,
} from '../support/played-processes.js';

// The processes of file.processes.longest.e2e-spec.ts, played in this one: quick, and any call can fail.
jest.unstable_mockModule('node:fs/promises', playedFileSystem);
jest.unstable_mockModule('node:fs', playedCallbacks);
const { FileStorage, SessionStorageError, StorageConflictError } =
  await import('nestjs-betfair-session');
const { contents, filesWith, newDirectory, removeDirectories, sweep, sweepDirectory } =
  await import('../support/folders.js');
const { KEY, put, storageWith } = await import('../support/stored-key.js');

type Storage = InstanceType<typeof FileStorage>;

const OLD = 'TEXT-old';
const THEIRS = 'TEXT-theirs';
const OURS = 'TEXT-ours';
/** More than the records that are kept. */
const MANY = 41;

afterAll(removeDirectories);

async function putOften(storage: Storage): Promise<void> {
  for (let count = 0; count < MANY; count++) await put(storage, OURS);
}

async function replaceByHand(storage: Storage, value: string): Promise<void> {
  const path = join(storage.directory, KEY);
  await writeFile(`${path}.foreign`, value);
  await rename(`${path}.foreign`, path);
}

function recordsOf(storage: Storage): Promise<string[]> {
  return readdir(join(storage.directory, `.${KEY}.versions`));
}

/** A change that another process makes, to the value or, without one, to nothing. */
async function change(
  { directory }: Storage,
  value: string | undefined,
  incidents: (call: number, name: string) => Incident | undefined = () => undefined,
) {
  const process = new PlayedProcess(incidents);
  const storage = new FileStorage({ directory });
  const before = await storage.read(KEY);
  const ifVersion = before?.version ?? '';
  const work = process.run(async () => {
    if (value === undefined) await storage.delete(KEY, { ifVersion });
    else await storage.write(KEY, value, before ? { ifVersion } : { ifAbsent: true });
  });
  const result = work.then(
    () => 'done' as const,
    (error: unknown) => {
      if (error instanceof StorageConflictError) return 'conflict' as const;
      if (error instanceof SessionStorageError) return error.failure;
      throw error;
    },
  );
  return { process, result, stopped: Promise.race([process.stopped, result]) };
}

/** Every call of the file system that a change makes when nothing disturbs it. */
async function callsOf(value: string | undefined): Promise<readonly string[]> {
  const { storage } = await storageWith(OLD);
  const { process, result } = await change(storage, value);
  expect(await result).toBe('done');
  return process.calls;
}

function at(call: number, incident: Incident) {
  return (number: number) => (number === call ? incident : undefined);
}

function atCall(name: string | RegExp, incident: Incident, later?: Incident) {
  let met = 0;
  return (number: number, call: string): Incident | undefined => {
    if (met > 0) return number === met + 1 ? later : undefined;
    if (typeof name === 'string' ? call !== name : !name.test(call)) return undefined;
    met = number;
    return incident;
  };
}

/** The first calls of that name fail. */
function failing(name: RegExp, fails: string, times: number) {
  let left = times;
  return (_: number, call: string): Incident | undefined => {
    return name.test(call) && left-- > 0 ? { fails } : undefined;
  };
}

async function textOnly(storage: Storage, files: readonly string[] = [KEY]): Promise<void> {
  expect(await filesWith(storage.directory, 'TEXT')).toEqual(files);
}

describe.each([
  { what: 'a write', value: THEIRS },
  { what: 'a deletion', value: undefined },
])('FileStorage when $what', ({ value }) => {
  it('dies at any point keeps the old or the new value and goes on', async () => {
    const calls = await callsOf(value);
    const found = new Set<string | undefined>();
    for (const [index, label] of calls.entries()) {
      const { storage } = await storageWith(OLD);
      const { stopped } = await change(storage, value, at(index + 1, 'dies'));
      expect([label, await stopped]).toEqual([label, undefined]);
      const stored = await storage.read(KEY);
      expect([OLD, value]).toContain(stored?.value);
      expect(await new FileStorage(storage).read(KEY)).toEqual(stored);
      found.add(stored?.value);
      await put(storage, OURS);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, OURS]);
      await sweep(storage.directory, KEY);
      await textOnly(storage);
    }
    expect(found).toEqual(new Set([OLD, value]));
  });

  it('sleeps at any point wins exactly if the next reader saw it', async () => {
    const calls = await callsOf(value);
    const results = new Set<string | undefined>();
    for (const [index, label] of calls.entries()) {
      const { storage, stored } = await storageWith(OLD);
      const { process, result, stopped } = await change(storage, value, at(index + 1, 'sleeps'));
      await stopped;
      const seen = await storage.read(KEY);
      await put(storage, OURS);
      process.wake();
      const expected = seen?.version === stored.version ? 'conflict' : 'done';
      expect([label, await result]).toEqual([label, expected]);
      results.add(expected);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, OURS]);
      await textOnly(storage);
    }
    expect(results).toEqual(new Set(['done', 'conflict']));
  });

  it('fails at any point keeps the old or the new value, and leaves no text of a write that failed', async () => {
    const calls = await callsOf(value);
    for (const [index, label] of calls.entries()) {
      const { storage } = await storageWith(OLD);
      const { result } = await change(storage, value, at(index + 1, { fails: 'EIO' }));
      const outcome = await result;
      expect([label, outcome]).toEqual([label, expect.stringMatching(/^(done|unavailable)$/)]);
      const stored = await storage.read(KEY);
      expect([OLD, value]).toContain(stored?.value);
      if (outcome === 'done') expect([label, stored?.value]).toEqual([label, value]);
      await put(storage, OURS);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, OURS]);
      await sweep(storage.directory, KEY);
      await textOnly(storage);
    }
  });

  it('is overtaken by a foreign write at any point loses to it', async () => {
    const calls = await callsOf(value);
    const looking = calls.lastIndexOf(`open ${KEY}`);
    for (const [index, label] of calls.entries()) {
      const { storage } = await storageWith(OLD);
      const { process, result, stopped } = await change(storage, value, at(index + 1, 'sleeps'));
      await stopped;
      await replaceByHand(storage, 'TEXT-foreign');
      process.wake();
      const outcome = await result;
      const stored = await storage.read(KEY);
      // The one moment that no file system can guard: looked at, and not yet renamed.
      if (index > looking && index <= calls.indexOf(`rename tmp ${KEY}`)) {
        expect([outcome, stored?.value]).toEqual(['done', value]);
      } else {
        expect([label, stored?.value]).toEqual([label, 'TEXT-foreign']);
        await textOnly(storage);
      }
    }
  });

  it('is finished by a reader while it sleeps has won', async () => {
    const calls = await callsOf(value);
    for (const [index, label] of calls.entries()) {
      const { storage } = await storageWith(OLD);
      const { process, result, stopped } = await change(storage, value, at(index + 1, 'sleeps'));
      await stopped;
      await storage.read(KEY);
      process.wake();
      expect([label, await result]).toEqual([label, 'done']);
      expect([label, (await storage.read(KEY))?.value]).toEqual([label, value]);
      await textOnly(storage, value === undefined ? [] : [KEY]);
    }
  });

  it.each([
    ['seen', (storage: Storage) => storage.read(KEY)],
    ['replaced', (storage: Storage) => put(storage, OURS)],
  ])('is overtaken by a foreign write that others have %s loses to it', async (_, others) => {
    const calls = await callsOf(value);
    const decided = calls.indexOf('link tmp record') + 1;
    const publishing = calls.findIndex((call) => /^rename \S+ \S+$/.test(call));
    for (let index = decided; index <= publishing; index++) {
      const { storage } = await storageWith(OLD);
      const { process, result, stopped } = await change(storage, value, at(index + 1, 'sleeps'));
      await stopped;
      await replaceByHand(storage, 'TEXT-foreign');
      await others(storage);
      process.wake();
      expect([calls[index], await result]).toEqual([calls[index], 'conflict']);
      await textOnly(storage);
    }
  });

  it('is overtaken by a foreign write that has many followers by the time it ends loses to it', async () => {
    const { storage } = await storageWith(OLD);
    let overtaken = false;
    const { process, result, stopped } = await change(storage, value, (number, call) => {
      // It has just found the foreign write, and takes its copy away.
      if (overtaken) return process.calls[number - 2] === 'unlink tmp' ? 'sleeps' : undefined;
      if (call !== 'readdir folder' || process.calls[number - 2] !== 'fsync folder') {
        return undefined;
      }
      overtaken = true;
      return () => replaceByHand(storage, 'TEXT-foreign');
    });
    await stopped;
    await putOften(storage);
    process.wake();
    expect(await result).toBe('conflict');
  });

  it('sleeps before it decides and wakes many generations later loses', async () => {
    const { storage } = await storageWith(OLD);
    const { process, result, stopped } = await change(
      storage,
      value,
      atCall('link tmp record', 'sleeps'),
    );
    await stopped;
    await putOften(storage);
    // Its number is free again: only the newer ones tell that it lost.
    expect(await recordsOf(storage)).not.toContain('2');
    process.wake();
    expect(await result).toBe('conflict');
    expect(await recordsOf(storage)).not.toContain('2');
    expect((await storage.read(KEY))?.value).toBe(OURS);
    await textOnly(storage);
  });

  it('sleeps before it decides, wakes many generations later and dies leaves no text behind', async () => {
    const { storage } = await storageWith(OLD);
    const { process, stopped } = await change(
      storage,
      value,
      atCall('link tmp record', 'sleeps', 'dies'),
    );
    await stopped;
    await putOften(storage);
    process.wake();
    while (process.calls.at(-2) !== 'link tmp record') await new Promise(setImmediate);
    expect((await storage.read(KEY))?.value).toBe(OURS);
    await put(storage, OURS);
    await textOnly(storage);
  });

  it('sleeps before it decides, wakes many generations later and meets a writer at any point loses', async () => {
    for (let later = 1, met = true; met; later++) {
      met = false;
      const { storage } = await storageWith(OLD);
      let woken = 0;
      const { process, result, stopped } = await change(storage, value, (number, call) => {
        if (woken === 0 && call === 'link tmp record') {
          woken = number;
          return 'sleeps';
        }
        met ||= woken > 0 && number === woken + later;
        return woken > 0 && number === woken + later ? () => put(storage, OURS) : undefined;
      });
      await stopped;
      await putOften(storage);
      process.wake();
      // The other prunes the number again, and removes the copy as if it had been carried out.
      expect([later, await result]).toEqual([later, 'conflict']);
      expect((await storage.read(KEY))?.value).toBe(OURS);
      await textOnly(storage);
    }
  });

  it('sleeps until its draft is swept loses if it had not decided', async () => {
    const { storage } = await storageWith(OLD);
    const { process, result, stopped } = await change(
      storage,
      value,
      atCall('link tmp record', 'sleeps'),
    );
    await stopped;
    await sweep(storage.directory, KEY);
    process.wake();
    expect(await result).toBe('conflict');
    expect((await storage.read(KEY))?.value).toBe(OLD);
  });

  it('sleeps after it decided until its draft is swept and its successor pruned claims nothing', async () => {
    const { storage } = await storageWith(OLD);
    const { process, result, stopped } = await change(
      storage,
      value,
      atCall(/^rename \S+ \S+$/, 'sleeps'),
    );
    await stopped;
    await putOften(storage);
    // As long as it may wake it finds its record and the one that followed.
    expect(await recordsOf(storage)).toEqual(expect.arrayContaining(['2', '3']));
    await sweep(storage.directory, KEY);
    await put(storage, OURS);
    expect(await recordsOf(storage)).toHaveLength(33);
    process.wake();
    expect(await result).toBe('unavailable');
    await textOnly(storage);
  });

  it('is abandoned for a foreign write by others and wakes many generations later has lost', async () => {
    const { storage } = await storageWith(OLD);
    const { process, result, stopped } = await change(
      storage,
      value,
      atCall(/^rename \S+ \S+$/, 'sleeps'),
    );
    await stopped;
    await replaceByHand(storage, 'TEXT-foreign');
    await putOften(storage);
    process.wake();
    expect(await result).toBe('conflict');
    expect((await storage.read(KEY))?.value).toBe(OURS);
    await textOnly(storage);
  });

  it('sleeps after it decided and wakes many generations later has won and harms nothing', async () => {
    const { storage } = await storageWith(OLD);
    const { process, result, stopped } = await change(
      storage,
      value,
      atCall(/^rename \S+ \S+$/, 'sleeps'),
    );
    await stopped;
    await putOften(storage);
    process.wake();
    expect(await result).toBe('done');
    expect((await storage.read(KEY))?.value).toBe(OURS);
    await textOnly(storage);
  });
});

describe('FileStorage between deciding and publishing', () => {
  const renaming = `rename tmp ${KEY}`;

  it('has a dead writer finished by the next reader', async () => {
    const { storage } = await storageWith(OLD);
    await (
      await change(storage, THEIRS, atCall(renaming, 'dies'))
    ).stopped;
    expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(OLD);
    expect((await storage.read(KEY))?.value).toBe(THEIRS);
    expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(THEIRS);
    expect(await filesWith(storage.directory, OLD)).toEqual([]);
  });

  it('lets a foreign write win over a dead writer', async () => {
    const { storage } = await storageWith(OLD);
    await (
      await change(storage, THEIRS, atCall(renaming, 'dies'))
    ).stopped;
    await writeFile(join(storage.directory, KEY), 'TEXT-foreign');
    expect((await storage.read(KEY))?.value).toBe('TEXT-foreign');
    expect(await filesWith(storage.directory, THEIRS)).toEqual([]);
  });

  it('refuses a creator that slept until the object was there, changed often, and gone again', async () => {
    const storage = new FileStorage({ directory: await newDirectory() });
    const { process, result, stopped } = await change(
      storage,
      THEIRS,
      atCall('link tmp record', 'sleeps'),
    );
    await stopped;
    await putOften(storage);
    const stored = await storage.read(KEY);
    await storage.delete(KEY, { ifVersion: stored?.version ?? '' });
    process.wake();
    expect(await result).toBe('conflict');
    expect(await storage.read(KEY)).toBeUndefined();
    await textOnly(storage, []);
  });

  it('gives back what a late deletion took away by mistake, even if that process dies', async () => {
    const calls = await callsOf(undefined);
    const call = calls.indexOf(`rename ${KEY} trash`) + 1;
    for (let later = 1; call + later <= calls.length; later++) {
      const { storage } = await storageWith(OLD);
      const { process, stopped, result } = await change(storage, undefined, (number) => {
        if (number === call) return 'sleeps';
        return number === call + later ? 'dies' : undefined;
      });
      await stopped;
      await put(storage, OURS);
      process.wake();
      while (process.calls.length < call + later) await new Promise(setImmediate);
      expect((await storage.read(KEY))?.value).toBe(OURS);
      expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe(OURS);
      void result;
    }
  });

  it('gives it back once, whichever process is faster', async () => {
    const others: readonly [(storage: Storage) => Promise<unknown>, string][] = [
      [(storage) => storage.read(KEY), OURS],
      [(storage) => writeFile(join(storage.directory, KEY), 'TEXT-foreign'), 'TEXT-foreign'],
    ];
    for (const [other, value] of others) {
      const { storage } = await storageWith(OLD);
      const { result } = await change(storage, undefined, (_, call) => {
        if (call === `rename ${KEY} trash`) return () => put(storage, OURS);
        return call === `link trash ${KEY}` ? async () => void (await other(storage)) : undefined;
      });
      // Carried out by the one who wrote next.
      expect(await result).toBe('done');
      expect(await storage.read(KEY)).toMatchObject({ value });
      await textOnly(storage);
    }
  });

  it('gives it back at the next read if that fails', async () => {
    const { storage } = await storageWith(OLD);
    const { result } = await change(storage, undefined, (_, call) => {
      if (call === `rename ${KEY} trash`) return () => put(storage, OURS);
      return call === `link trash ${KEY}` ? { fails: 'EIO' } : undefined;
    });
    expect(await result).toBe('unavailable');
    expect(await storage.read(KEY)).toMatchObject({ value: OURS });
  });

  it('has deleted what somebody deletes at the same time', async () => {
    const calls = await callsOf(undefined);
    const decided = calls.indexOf('link tmp record') + 1;
    for (const [index, label] of calls.entries()) {
      const { storage } = await storageWith(OLD);
      const { result } = await change(
        storage,
        undefined,
        at(index + 1, () => rm(join(storage.directory, KEY), { force: true })),
      );
      const outcome = await result;
      if (index >= decided) expect([label, outcome]).toEqual([label, 'done']);
      expect(await storage.read(KEY)).toBeUndefined();
      await textOnly(storage, []);
    }
  });

  it('gives back only the newest copy', async () => {
    const { storage } = await storageWith(OLD);
    const trash = `.${KEY}.versions/trash-1-3b241101-e2bb-4255-8caf-4136c566a962`;
    await writeFile(join(storage.directory, trash), 'TEXT-older');
    await rm(join(storage.directory, KEY));
    expect(await storage.read(KEY)).toBeUndefined();
    await textOnly(storage, [trash]);
  });

  it('does not give back a deleted copy to a reader that finds it in the trash', async () => {
    const { storage } = await storageWith(OLD);
    await (
      await change(storage, undefined, atCall('unlink trash', 'dies'))
    ).stopped;
    expect(await storage.read(KEY)).toBeUndefined();
    await put(storage, OURS);
    await rm(join(storage.directory, KEY));
    expect(await storage.read(KEY)).toBeUndefined();
  });
});

describe('FileStorage without hard links', () => {
  it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOSYS'])(
    'is unsupported (%s), and leaves nothing of its test behind',
    async (fails) => {
      const storage = new FileStorage({ directory: await newDirectory() });
      const process = new PlayedProcess(atCall(/^link /, { fails }));
      const failure: unknown = await process.run(() => storage.open()).catch((e: unknown) => e);
      expect(failure).toMatchObject({
        failure: 'unsupported',
        message: expect.stringMatching(
          new RegExp(
            `"${storage.directory}" does not support hard links \\(${fails}\\).*a local disk`,
          ),
        ),
        cause: { code: fails },
      });
      expect(await readdir(storage.directory)).toEqual([]);
    },
  );

  it('whose answer was lost recognises its own link', async () => {
    const { storage } = await storageWith(OLD);
    const { result } = await change(storage, THEIRS, atCall('link tmp record', 'repeats'));
    expect(await result).toBe('done');
    expect((await storage.read(KEY))?.value).toBe(THEIRS);
    await textOnly(storage);
  });

  it('that fails to sync a folder leaves nobody in the belief that it is safe', async () => {
    const { storage } = await storageWith(OLD);
    const { result } = await change(storage, THEIRS, atCall('fsync folder', { fails: 'EIO' }));
    expect(await result).toBe('unavailable');
  });

  it('that cannot sync a folder is used without that', async () => {
    const { storage } = await storageWith(OLD);
    const { result } = await change(storage, THEIRS, (_, call) =>
      call === 'fsync folder' ? { fails: 'EINVAL' } : undefined,
    );
    expect(await result).toBe('done');
  });
});

/** A write after which the directory is made anew. */
async function writeAnew(incident: (storage: Storage) => Incident) {
  const storage = new FileStorage({ directory: await newDirectory() });
  await storage.open();
  await rm(storage.directory, { recursive: true });
  const process = new PlayedProcess(atCall('link probe .gitignore', incident(storage)));
  await process.run(() => storage.write(KEY, OURS, { ifAbsent: true }));
  return storage;
}

describe('FileStorage whose directory was removed', () => {
  it('continues if another process hides the new directory from Git at the same moment', async () => {
    const storage = await writeAnew(({ directory }) => {
      return () => writeFile(join(directory, '.gitignore'), '# of another\n*\n');
    });
    expect(await storage.read(KEY)).toMatchObject({ value: OURS });
    const ignored = await readFile(join(storage.directory, '.gitignore'), 'utf8');
    expect(ignored).toBe('# of another\n*\n');
  });

  it('is refused at start-up if it cannot be hidden from Git', async () => {
    const storage = new FileStorage({ directory: await newDirectory() });
    const process = new PlayedProcess(atCall('link probe .gitignore', { fails: 'EIO' }));
    await expect(process.run(() => storage.open())).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });

  it('stores nothing that cannot be hidden from Git', async () => {
    await expect(writeAnew(() => ({ fails: 'EIO' }))).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });
});

/** Every call of the file system that a first start makes. */
async function callsOfOpen(): Promise<readonly string[]> {
  const process = new PlayedProcess(() => undefined);
  const storage = new FileStorage({ directory: await newDirectory() });
  await process.run(() => storage.open());
  return process.calls;
}

describe('FileStorage that is opened for the first time', () => {
  it.each<[string, Incident]>([
    ['dies', 'dies'],
    ['fails', { fails: 'ENOSPC' }],
  ])('and %s at any point is hidden from Git by the next start', async (_, incident) => {
    for (const [index, label] of (await callsOfOpen()).entries()) {
      const { directory } = new FileStorage({ directory: await newDirectory() });
      const process = new PlayedProcess(at(index + 1, incident));
      const ended = process.run(() => new FileStorage({ directory }).open());
      await Promise.race([process.stopped, ended.catch(() => undefined)]);
      await new FileStorage({ directory }).open();
      expect([label, await readFile(join(directory, '.gitignore'), 'utf8')]).toEqual([
        label,
        '*\n',
      ]);
      await sweepDirectory(directory);
      expect([label, await contents(directory)]).toEqual([label, new Map([['.gitignore', '*\n']])]);
    }
  });
});

/** A process for which all that writes fails. */
function withoutWrites(fails: string): PlayedProcess {
  const writes = /^(mkdir|link|rename|unlink|open (tmp|probe))/;
  return new PlayedProcess(failing(writes, fails, Infinity));
}

describe('FileStorage that cannot write', () => {
  it.each([
    ['EROFS', 'denied'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['ENOSPC', 'unavailable'],
  ])('reads what is stored, and what is not (%s)', async (fails, failure) => {
    const { storage, stored } = await storageWith(OLD);
    const reader = new FileStorage(storage);
    await withoutWrites(fails).run(async () => {
      expect(await reader.read(KEY)).toEqual(stored);
      expect(await reader.read('other')).toBeUndefined();
      const writing = reader.write(KEY, OURS, { ifVersion: stored.version });
      await expect(writing).rejects.toMatchObject({ failure });
    });
  });

  it.each(['EROFS', 'EACCES', 'ENOSPC', 'EDQUOT', 'EIO'])(
    'reads what is stored, where it cannot tidy up after dead processes (%s), and tidies later',
    async (fails) => {
      const { storage, stored } = await storageWith(OLD);
      const left = `.${KEY}.versions/tmp-3b241101-e2bb-4255-8caf-4136c566a962`;
      await writeFile(join(storage.directory, left), 'TEXT-left');
      const reader = new FileStorage(storage);
      const now = Date.now.bind(Date);
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
      try {
        const process = new PlayedProcess(atCall('open tmp', { fails }));
        expect(await process.run(() => reader.read(KEY))).toEqual(stored);
        expect(process.calls).toContain('open tmp');
        const next = new PlayedProcess(() => undefined);
        await next.run(() => reader.read(KEY));
        expect(next.calls).toContain('open tmp');
      } finally {
        clock.mockRestore();
      }
    },
  );

  it.each([
    ['EROFS', 'a write', THEIRS, `rename tmp ${KEY}`],
    ['EACCES', 'a deletion', undefined, `rename ${KEY} trash`],
    ['EPERM', 'a write', THEIRS, `rename tmp ${KEY}`],
  ])('reads what is published (%s), where %s died before', async (fails, _, value, publishing) => {
    const { storage } = await storageWith(OLD);
    const { stopped } = await change(storage, value, atCall(publishing, 'dies'));
    await stopped;
    const reader = new FileStorage(storage);
    const seen = await withoutWrites(fails).run(() => reader.read(KEY));
    expect(seen?.value).toBe(OLD);
    expect((await storage.read(KEY))?.value).toBe(value);
    const writing = reader.write(KEY, OURS, { ifVersion: seen?.version ?? '' });
    await expect(writing).rejects.toBeInstanceOf(StorageConflictError);
  });
});

describe('FileStorage beside an editor', () => {
  const reading = `handle.readFile ${KEY}`;

  function edits(most: number) {
    let count = 0;
    return async ({ directory }: Storage) => {
      if (++count > most) return;
      await writeFile(join(directory, KEY), `edit ${count}`);
    };
  }

  async function readDuring(most: number) {
    const { storage } = await storageWith(OLD);
    const edit = edits(most);
    const process = new PlayedProcess((_, call) => {
      return call === reading ? () => edit(storage) : undefined;
    });
    const stored = await process.run(() => storage.read(KEY));
    return { storage, stored, reads: process.calls.filter((call) => call === reading).length };
  }

  it('reads again if the file changed during the read', async () => {
    const { storage, stored, reads } = await readDuring(3);
    expect(reads).toBe(4);
    expect(stored?.value).toBe('edit 3');
    expect(await storage.read(KEY)).toEqual(stored);
  });

  it('that never stops ends with the last content that was read', async () => {
    const { stored, reads } = await readDuring(100);
    expect(reads).toBe(5);
    expect(stored?.value).toBe('edit 5');
  });

  it('gives up on an object that others change at every look', async () => {
    const { storage } = await storageWith(OLD);
    const other = new FileStorage(storage);
    const process = new PlayedProcess((_, call) => {
      return call === `open ${KEY}` ? () => put(other, OURS) : undefined;
    });
    const failure: unknown = await process.run(() => storage.read(KEY)).catch((e: unknown) => e);
    expect(failure).toMatchObject({
      failure: 'unavailable',
      message: expect.stringMatching(
        /The stored object "session\.token" changed 100 times while it was read\. Try again later/,
      ),
    });
    expect(process.calls.filter((call) => call === `open ${KEY}`)).toHaveLength(100);
  });

  it.each([
    new Error('enough'),
    Object.assign(new Error('enough'), { code: 'ERR_OF_THE_CALLER' }),
    { code: ['EIO'] },
    { code: 5 },
    'enough',
    null,
  ])('ends between two looks when the caller gives up, with the reason %j', async (reason) => {
    const { storage } = await storageWith(OLD);
    const other = new FileStorage(storage);
    const controller = new AbortController();
    const process = new PlayedProcess((_, call) => {
      if (call !== `open ${KEY}`) return undefined;
      return async () => {
        controller.abort(reason);
        await put(other, OURS);
      };
    });
    await expect(process.run(() => storage.read(KEY, controller))).rejects.toBe(reason);
  });
});

describe('FileStorage on Windows', () => {
  const { platform } = process;

  beforeEach(() => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });

  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
  });

  it.each(['EPERM', 'EBUSY', 'EACCES'])(
    'waits for a file that another program has open (%s)',
    async (fails) => {
      const { storage } = await storageWith(OLD);
      const { process, result } = await change(storage, THEIRS, failing(/^rename/, fails, 4));
      expect(await result).toBe('done');
      expect((await storage.read(KEY))?.value).toBe(THEIRS);
      // It opens no folders.
      expect(process.calls).not.toContain('open folder');
    },
  );

  it('and only there waits for it: elsewhere nobody has to', async () => {
    Object.defineProperty(process, 'platform', { value: 'linux' });
    const { storage } = await storageWith(OLD);
    const busy = await change(storage, THEIRS, failing(/^rename/, 'EBUSY', 1));
    expect(await busy.result).toBe('unavailable');
    expect(busy.process.calls.filter((call) => call.startsWith('rename'))).toHaveLength(1);
  });

  it('waits no longer than a moment, and not for other faults', async () => {
    const { storage } = await storageWith(OLD);
    const open = await change(storage, THEIRS, failing(/^rename/, 'EBUSY', 5));
    expect(await open.result).toBe('unavailable');
    expect((await storage.read(KEY))?.value).toBe(THEIRS);
    const broken = await change(storage, OURS, failing(/^rename/, 'EIO', 1));
    expect(await broken.result).toBe('unavailable');
    expect(broken.process.calls.filter((call) => call.startsWith('rename'))).toHaveLength(1);
  });
});

describe.each([
  ['EACCES', 'denied', /Give the user of this process the right to read and write it/],
  ['EPERM', 'denied', /the right to read and write it/],
  ['EROFS', 'denied', /Its file system is read-only\. Mount it writable/],
  ['ENOENT', 'misconfigured', /It must be a directory whose parent exists/],
  ['ENOTDIR', 'misconfigured', /It must be a directory whose parent exists\.$/],
  ['EISDIR', 'misconfigured', /It must be a directory/],
  ['ENAMETOOLONG', 'misconfigured', /It must be a directory/],
  ['ELOOP', 'misconfigured', /It must be a directory/],
  ['EMFILE', 'unavailable', /Check free space, open files and the state of the disk\.$/],
])('an error of the file system, %s', (fails, failure, advice) => {
  it(`is ${failure}, and the error says what to do`, async () => {
    const storage = new FileStorage({ directory: await newDirectory() });
    const process = new PlayedProcess(atCall(/^open /, { fails }));
    const error: unknown = await process.run(() => storage.open()).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SessionStorageError);
    expect(error).toMatchObject({
      failure,
      message: expect.stringMatching(advice),
      cause: { code: fails },
    });
    expect(String(error)).toContain(
      `The session directory "${storage.directory}" cannot be used (${fails}). `,
    );
  });
});
