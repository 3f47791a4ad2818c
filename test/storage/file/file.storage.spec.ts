import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmod,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join, relative } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { BetfairConfigurationError } from '../../../lib/errors/configuration.errors.js';
import { SessionStorageError, StorageConflictError } from '../../../lib/errors/storage.errors.js';
import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import {
  contents,
  filesWith,
  newDirectory,
  removeDirectories,
  sweep,
  sweepDirectory,
} from '../support/folders.js';

const KEY = 'session.token';
const itOnPosix = process.platform === 'win32' ? it.skip : it;

async function newStorage(): Promise<FileStorage> {
  return new FileStorage({ directory: await newDirectory() });
}

/** As the Go library and most editors write: a new file, renamed over the old one. */
async function replaceByHand(storage: FileStorage, value: string): Promise<void> {
  const path = join(storage.directory, KEY);
  await writeFile(`${path}.foreign`, value);
  await rename(`${path}.foreign`, path);
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

afterAll(removeDirectories);

describe('FileStorage on disk', () => {
  it('keeps exactly the value in <directory>/<key>', async () => {
    const storage = await newStorage();
    await storage.write(KEY, 'token\n', { ifAbsent: true });
    await storage.write('folder/deep/other', 'other', { ifAbsent: true });
    expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe('token\n');
    expect(await readFile(join(storage.directory, 'folder/deep/other'), 'utf8')).toBe('other');
  });

  itOnPosix('gives rights to the owner only', async () => {
    const storage = await newStorage();
    const first = await storage.write('folder/token', 'one', { ifAbsent: true });
    await storage.write('folder/token', 'two', { ifVersion: first });
    expect(await modeOf(storage.directory)).toBe('700');
    const entries = await readdir(storage.directory, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const mode = await modeOf(join(entry.parentPath, entry.name));
      expect([entry.name, mode]).toEqual([entry.name, entry.isDirectory() ? '700' : '600']);
    }
  });

  it('hides the directory from Git when it creates it', async () => {
    const storage = await newStorage();
    await storage.open();
    expect(await contents(storage.directory)).toEqual(new Map([['.gitignore', '*\n']]));
  });

  it('hides a directory that was empty', async () => {
    const storage = await newStorage();
    await mkdir(storage.directory);
    await storage.open();
    expect(await contents(storage.directory)).toEqual(new Map([['.gitignore', '*\n']]));
  });

  it('adds nothing to a directory in which others keep files', async () => {
    const storage = await newStorage();
    await mkdir(storage.directory);
    await writeFile(join(storage.directory, 'package.json'), '{}');
    await storage.write(KEY, 'one', { ifAbsent: true });
    expect(new Set(await readdir(storage.directory))).toEqual(
      new Set(['package.json', KEY, `.${KEY}.versions`]),
    );
  });

  itOnPosix('rewrites a .gitignore that a full disk left empty', async () => {
    const storage = await newStorage();
    await storage.write(KEY, 'one', { ifAbsent: true });
    await writeFile(join(storage.directory, '.gitignore'), '');
    await new FileStorage(storage).open();
    expect(await readFile(join(storage.directory, '.gitignore'), 'utf8')).toBe('*\n');
    expect(await modeOf(join(storage.directory, '.gitignore'))).toBe('600');
  });

  it.each([
    ['an empty one', '', 0o644],
    ['one with content', '!keep\n', 0o600],
  ])('leaves alone the .gitignore of a person, %s', async (_, content, mode) => {
    const storage = await newStorage();
    await mkdir(storage.directory);
    await writeFile(join(storage.directory, '.gitignore'), content, { mode });
    await storage.open();
    expect(await contents(storage.directory)).toEqual(new Map([['.gitignore', content]]));
  });

  it('sweeps the tests for hard links of dead processes, and leaves those that are new', async () => {
    const storage = await newStorage();
    await storage.open();
    const uuid = '3b241101-e2bb-4255-8caf-4136c566a962';
    const left = [`.probe-${uuid}`, `.probe-${uuid}-link`];
    for (const name of [...left, '.probe-foreign'])
      await writeFile(join(storage.directory, name), '');
    await new FileStorage(storage).open();
    expect(await readdir(storage.directory)).toEqual(expect.arrayContaining(left));
    await sweepDirectory(storage.directory);
    expect(new Set(await readdir(storage.directory))).toEqual(
      new Set(['.gitignore', '.probe-foreign']),
    );
  });

  itOnPosix('hides the directory from Git again after somebody removed it', async () => {
    const storage = await newStorage();
    await storage.write(KEY, 'one', { ifAbsent: true });
    await rm(storage.directory, { recursive: true });
    expect(await storage.read(KEY)).toBeUndefined();
    await storage.write(KEY, 'two', { ifAbsent: true });
    expect(await readFile(join(storage.directory, '.gitignore'), 'utf8')).toBe('*\n');
    expect(await modeOf(storage.directory)).toBe('700');
  });

  it('keeps no superseded, refused or deleted text and no temporary file', async () => {
    const storage = await newStorage();
    let ifVersion = await storage.write(KEY, 'TEXT-0', { ifAbsent: true });
    for (let count = 1; count <= 5; count++) {
      const offered = Array.from({ length: 4 }, (_, writer) =>
        storage.write(KEY, `TEXT-${count}-${writer}`, { ifVersion }),
      );
      await Promise.allSettled(offered);
      const stored = await storage.read(KEY);
      ifVersion = stored?.version ?? '';
      expect(await filesWith(storage.directory, 'TEXT')).toEqual([KEY]);
    }
    await storage.delete(KEY, { ifVersion });
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([]);
    const names = await readdir(storage.directory, { recursive: true });
    expect(names.filter((name) => /tmp|trash|probe/.test(name))).toEqual([]);
  });

  it('keeps a bounded number of records', async () => {
    const storage = await newStorage();
    let ifVersion = await storage.write(KEY, 'x', { ifAbsent: true });
    for (let count = 0; count < 40; count++) {
      ifVersion = await storage.write(KEY, 'x', { ifVersion });
    }
    expect(await readdir(join(storage.directory, `.${KEY}.versions`))).toHaveLength(33);
  });

  describe('temporary files', () => {
    const uuid = '3b241101-e2bb-4255-8caf-4136c566a962';

    async function leaveFiles() {
      const storage = await newStorage();
      await storage.write(KEY, 'token', { ifAbsent: true });
      const folder = join(storage.directory, `.${KEY}.versions`);
      // The last two as an editor names its backups.
      const foreign = [
        join(storage.directory, `${KEY}.attrs`),
        ...['tmp-foreign', `tmp-${uuid}~`, '1~'].map((name) => join(folder, name)),
      ];
      const ours = [`tmp-${uuid}`, `trash-${uuid}`, `trash-12-${uuid}`].map((name) =>
        join(folder, name),
      );
      for (const path of [...foreign, ...ours]) await writeFile(path, 'TEXT');
      const left = async () => new Set(await filesWith(storage.directory, 'TEXT'));
      const paths = (files: string[]) =>
        new Set(files.map((path) => relative(storage.directory, path)));
      return { storage, left, foreign: paths(foreign), all: paths([...foreign, ...ours]) };
    }

    it('of dead processes are swept, and those of other programs left', async () => {
      const { storage, left, foreign } = await leaveFiles();
      await sweep(storage.directory, KEY);
      expect(await left()).toEqual(foreign);
    });

    it('that are new stay, even if the clock of the process is an hour ahead', async () => {
      const { storage, left, all } = await leaveFiles();
      const now = Date.now.bind(Date);
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 3_600_000);
      try {
        await new FileStorage({ directory: storage.directory }).read(KEY);
      } finally {
        clock.mockRestore();
      }
      expect(await left()).toEqual(all);
    });
  });

  it('takes options without a signal', async () => {
    const storage = await newStorage();
    const ifVersion = await storage.write(KEY, 'token', { ifAbsent: true }, {});
    expect(await storage.read(KEY, {})).toEqual({ value: 'token', version: ifVersion });
    await storage.delete(KEY, { ifVersion }, {});
    expect(await storage.read(KEY, {})).toBeUndefined();
  });

  const temp = 'tmp-3b241101-e2bb-4255-8caf-4136c566a962';
  it.each([
    '{"temp":"../../esca',
    'null',
    '"text"',
    '{}',
    JSON.stringify({ temp: [temp], follows: null, base: null, result: null }),
    JSON.stringify({ temp: `../../${temp}`, follows: null, base: null, result: null }),
    JSON.stringify({ temp: `${temp}/../../x`, follows: null, base: null, result: null }),
    JSON.stringify({ temp, follows: 1, base: null, result: null }),
    JSON.stringify({ temp, follows: null, base: 1, result: null }),
    JSON.stringify({ temp, follows: null, base: null, result: {} }),
    JSON.stringify({ temp, follows: null, base: null }),
    JSON.stringify({ temp, base: null, result: null }),
  ])('loses nothing to the damaged record %s', async (record) => {
    const storage = await newStorage();
    await storage.write(KEY, 'one', { ifAbsent: true });
    const folder = join(storage.directory, `.${KEY}.versions`);
    const others = [join(folder, temp), join(storage.directory, '..', temp)];
    for (const path of others) await writeFile(path, 'of somebody else');
    await writeFile(join(folder, '1'), record);
    const stored = await storage.read(KEY);
    expect(stored?.value).toBe('one');
    await storage.write(KEY, 'two', { ifVersion: stored?.version ?? '' });
    expect((await storage.read(KEY))?.value).toBe('two');
    for (const path of others) expect(await readFile(path, 'utf8')).toBe('of somebody else');
  });

  it('sweeps at its first look what a writer left that was killed long ago, and looks once', async () => {
    const storage = await newStorage();
    let ifVersion = await storage.write(KEY, 'x', { ifAbsent: true });
    for (let count = 0; count < 40; count++) {
      ifVersion = await storage.write(KEY, 'x', { ifVersion });
    }
    const folder = join(storage.directory, `.${KEY}.versions`);
    const leave = async () => {
      const result = 'of a copy that was never published';
      const record = { temp, follows: null, base: null, result };
      await writeFile(join(folder, '1'), JSON.stringify(record));
      await writeFile(join(folder, temp), 'TEXT');
    };
    await leave();
    const next = new FileStorage(storage);
    await next.read(KEY);
    expect(await readdir(folder)).not.toContain('1');
    expect(await filesWith(storage.directory, 'TEXT')).toEqual([]);
    await leave();
    await next.read(KEY);
    expect(await readdir(folder)).toContain('1');
  });

  it('removes also a damaged record in the end', async () => {
    const storage = await newStorage();
    let ifVersion = await storage.write(KEY, 'x', { ifAbsent: true });
    const folder = join(storage.directory, `.${KEY}.versions`);
    await writeFile(join(folder, '1'), 'damaged');
    ifVersion = (await storage.read(KEY))?.version ?? '';
    for (let count = 0; count < 34; count++) {
      ifVersion = await storage.write(KEY, 'x', { ifVersion });
    }
    expect(await readdir(folder)).toHaveLength(33);
  });

  it('either finishes a cancelled write or leaves the old value and no file', async () => {
    const storage = await newStorage();
    let ifVersion = await storage.write(KEY, 'start', { ifAbsent: true });
    const outcomes = new Set<string>();
    for (let turns = 0; outcomes.size < 2 || turns < 20; turns++) {
      const before = await storage.read(KEY);
      const cancel = new AbortController();
      const writing = storage.write(KEY, `write ${turns}`, { ifVersion }, cancel);
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      cancel.abort();
      const outcome = await writing.catch((error: unknown) => error);
      if (typeof outcome === 'string') {
        outcomes.add('finished');
        ifVersion = outcome;
        expect(await storage.read(KEY)).toEqual({ value: `write ${turns}`, version: outcome });
      } else {
        outcomes.add('cancelled');
        expect(outcome).toMatchObject({ name: 'AbortError' });
        expect(await storage.read(KEY)).toEqual(before);
      }
      expect(await filesWith(storage.directory, 'write')).toEqual(
        ifVersion.startsWith('1:') ? [] : [KEY],
      );
      const names = await readdir(storage.directory, { recursive: true });
      expect(names.filter((name) => name.includes('tmp-'))).toEqual([]);
    }
  });
});

describe('FileStorage beside other programs', () => {
  const changes: Record<string, (storage: FileStorage) => Promise<void>> = {
    'a file that was replaced': (storage) => replaceByHand(storage, 'foreign'),
    'a file that was edited in place': (storage) =>
      writeFile(join(storage.directory, KEY), 'foreign'),
    'a file that was deleted and made anew': async (storage) => {
      await rm(join(storage.directory, KEY));
      await writeFile(join(storage.directory, KEY), 'foreign');
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`takes ${what} for what is stored`, async () => {
      const storage = await newStorage();
      const ifVersion = await storage.write(KEY, 'ours', { ifAbsent: true });
      await change(storage);
      const stored = await storage.read(KEY);
      expect(stored?.value).toBe('foreign');
      await expect(storage.write(KEY, 'stale', { ifVersion })).rejects.toThrow(
        StorageConflictError,
      );
      await expect(storage.delete(KEY, { ifVersion })).rejects.toThrow(StorageConflictError);
      expect(await readFile(join(storage.directory, KEY), 'utf8')).toBe('foreign');
      await storage.write(KEY, 'ours again', { ifVersion: stored?.version ?? '' });
      expect((await storage.read(KEY))?.value).toBe('ours again');
      expect(await filesWith(storage.directory, 'foreign')).toEqual([]);
    });
  }

  it('gives a new version to a foreign write of equal content', async () => {
    const storage = await newStorage();
    const ifVersion = await storage.write(KEY, 'same', { ifAbsent: true });
    await replaceByHand(storage, 'same');
    await expect(storage.write(KEY, 'other', { ifVersion })).rejects.toThrow(StorageConflictError);
  });

  it('takes a file that was deleted for absent, and creates it again', async () => {
    const storage = await newStorage();
    const ifVersion = await storage.write(KEY, 'ours', { ifAbsent: true });
    await rm(join(storage.directory, KEY));
    expect(await storage.read(KEY)).toBeUndefined();
    await expect(storage.write(KEY, 'x', { ifVersion })).rejects.toThrow(StorageConflictError);
    await storage.write(KEY, 'new', { ifAbsent: true });
    expect((await storage.read(KEY))?.value).toBe('new');
  });

  it('reads, replaces and deletes a file that it never wrote', async () => {
    const storage = await newStorage();
    await storage.open();
    await replaceByHand(storage, 'foreign');
    await expect(storage.write(KEY, 'x', { ifAbsent: true })).rejects.toThrow(StorageConflictError);
    const stored = await storage.read(KEY);
    expect(stored?.value).toBe('foreign');
    await storage.delete(KEY, { ifVersion: stored?.version ?? '' });
    expect(await storage.read(KEY)).toBeUndefined();
    expect(await filesWith(storage.directory, 'foreign')).toEqual([]);
  });

  it('goes on when somebody removed the hidden folder', async () => {
    const storage = await newStorage();
    const ifVersion = await storage.write(KEY, 'one', { ifAbsent: true });
    await rm(join(storage.directory, `.${KEY}.versions`), { recursive: true });
    await expect(storage.write(KEY, 'x', { ifVersion })).rejects.toThrow(StorageConflictError);
    const stored = await storage.read(KEY);
    expect(stored?.value).toBe('one');
    await storage.write(KEY, 'two', { ifVersion: stored?.version ?? '' });
    expect((await storage.read(KEY))?.value).toBe('two');
  });
});

describe('FileStorage refuses', () => {
  it.each([[{ directory: '' }], [{}], [{ directory: 1 }], [undefined]])(
    'the option %j, which names no directory',
    (options) => {
      const create = () => Reflect.construct(FileStorage, [options]);
      expect(create).toThrow(BetfairConfigurationError);
      expect(create).toThrow(/file storage needs a directory, such as new FileStorage/);
    },
  );

  it.each([
    '',
    '/token',
    'token/',
    'a//b',
    './token',
    'a/./b',
    '..',
    '../token',
    'a/../b',
    'to ken',
    'token\n',
    'tokén',
    '.gitignore',
    'a/.gitignore',
    '.probe-3b241101-e2bb-4255-8caf-4136c566a962',
    '.session.token.versions/1',
    'a/.session.token.versions',
  ])('the key %j before it touches the disk', async (key) => {
    const storage = await newStorage();
    const operations = [
      storage.read(key),
      storage.write(key, 'x', { ifAbsent: true }),
      storage.delete(key, { ifVersion: '1' }),
    ];
    for (const operation of operations) {
      await expect(operation).rejects.toThrow(BetfairConfigurationError);
      await expect(operation).rejects.toThrow(JSON.stringify(key));
      await expect(operation).rejects.toThrow(/ (Use letters, digits,|Choose a key without) /);
    }
    await expect(stat(storage.directory)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  const places: Record<string, (directory: string) => Promise<string>> = {
    'a directory whose parent does not exist': async (directory) => join(directory, 'missing'),
    'a directory below a file': async (directory) => {
      await writeFile(directory, '');
      return join(directory, 'data');
    },
    'a file': async (directory) => {
      await writeFile(directory, '');
      return directory;
    },
  };
  for (const [what, make] of Object.entries(places)) {
    it(`${what} as misconfigured`, async () => {
      const storage = new FileStorage({ directory: await make(await newDirectory()) });
      for (const operation of [() => storage.open(), () => storage.read(KEY)]) {
        const error: unknown = await operation().catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(SessionStorageError);
        expect(error).toMatchObject({ failure: 'misconfigured', retryable: false });
        expect(String(error)).toContain(storage.directory);
        expect(inspect(error)).toMatch(/ENOENT|ENOTDIR/);
      }
    });
  }

  it.each([
    'gitignore',
    'x.gitignore',
    '.gitignore.x',
    '.x.versions.y',
    'x.versions',
    '..versions'.slice(1),
  ])('not the key %s, which is no name of its own', async (key) => {
    const storage = await newStorage();
    const version = await storage.write(key, 'value', { ifAbsent: true });
    expect(await storage.read(key)).toEqual({ value: 'value', version });
  });

  it.each([
    ['a', 'EISDIR', /Choose another sessionKey\.$/],
    ['a/b/c', 'ENOTDIR', /does not start with another one and "\/"\.$/],
    ['x'.repeat(246), 'ENAMETOOLONG', /a sessionKey of at most 239 characters/],
    [`a/${'x'.repeat(256)}`, 'ENAMETOOLONG', /too long .* a sessionKey of at most 239 characters/],
    [`${'x'.repeat(256)}/a`, 'ENAMETOOLONG', /a sessionKey of at most 239 characters/],
  ])('the key %s as misconfigured, by its name (%s)', async (key, code, advice) => {
    const storage = await newStorage();
    await storage.write('a/b', 'TEXT', { ifAbsent: true });
    const operations = [storage.read(key), storage.write(key, 'x', { ifAbsent: true })];
    for (const operation of operations) {
      const error: unknown = await operation.catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        failure: 'misconfigured',
        message: expect.stringMatching(advice),
        cause: { code },
      });
      expect(String(error)).toContain(
        `"${storage.directory}" cannot store an object named "${key}" (${code})`,
      );
    }
    expect(await storage.read('a/b')).toMatchObject({ value: 'TEXT' });
  });

  it('no sessionKey of 239 characters, the longest that the advice names', async () => {
    const storage = await newStorage();
    const record = `${'x'.repeat(239)}.lease`;
    const version = await storage.write(record, '{}', { ifAbsent: true });
    expect(await storage.read(record)).toEqual({ value: '{}', version });
  });

  it('can be opened again after the fault is gone', async () => {
    const parent = await newDirectory();
    const storage = new FileStorage({ directory: join(parent, 'data') });
    await expect(storage.open()).rejects.toMatchObject({ failure: 'misconfigured' });
    await mkdir(parent);
    await storage.open();
    expect(await storage.read(KEY)).toBeUndefined();
  });
});

describe('FileStorage on a small or read-only disk', () => {
  let mounted: string | undefined;

  beforeEach(async () => {
    const mountPoint = await newDirectory();
    await mkdir(mountPoint);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', mountPoint], {
        stdio: 'pipe',
      });
      mounted = mountPoint;
    } catch {
      console.warn('left out: no right to mount a small disk here');
    }
  });
  afterEach(() => {
    if (mounted) execFileSync('umount', [mounted]);
    mounted = undefined;
  });

  it('reports a full disk as unavailable and keeps the old value', async () => {
    if (!mounted) return;
    const storage = new FileStorage({ directory: join(mounted, 'data') });
    const ifVersion = await storage.write(KEY, 'old', { ifAbsent: true });
    const before = await readdir(storage.directory, { recursive: true });
    await expect(storage.write(KEY, 'x'.repeat(200_000), { ifVersion })).rejects.toMatchObject({
      failure: 'unavailable',
      retryable: true,
    });
    expect(await storage.read(KEY)).toEqual({ value: 'old', version: ifVersion });
    expect(await readdir(storage.directory, { recursive: true })).toEqual(before);
    await storage.write(KEY, 'new', { ifVersion });
  });

  it('hides the directory from Git as soon as the disk is not full any more', async () => {
    if (!mounted) return;
    const filler = join(mounted, 'filler');
    await writeFile(filler, 'x'.repeat(200_000)).catch(() => undefined);
    const storage = new FileStorage({ directory: join(mounted, 'data') });
    await expect(storage.open()).rejects.toMatchObject({ failure: 'unavailable' });
    await rm(filler);
    await new FileStorage(storage).write(KEY, 'token', { ifAbsent: true });
    expect(await readFile(join(storage.directory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('reports a read-only disk as denied', async () => {
    if (!mounted) return;
    await chmod(mounted, 0o777);
    const storage = new FileStorage({ directory: join(mounted, 'data') });
    const ifVersion = await storage.write(KEY, 'old', { ifAbsent: true });
    execFileSync('mount', ['-o', 'remount,ro', mounted]);
    await expect(storage.write(KEY, 'new', { ifVersion })).rejects.toMatchObject({
      failure: 'denied',
      retryable: false,
    });
    await expect(new FileStorage({ directory: storage.directory }).open()).rejects.toMatchObject({
      failure: 'denied',
      message: `The session directory "${storage.directory}" cannot be used (EROFS). Its file system is read-only. Mount it writable, or choose another directory.`,
    });
    expect(await new FileStorage(storage).read(KEY)).toEqual({ value: 'old', version: ifVersion });
    expect(await new FileStorage(storage).read('other')).toBeUndefined();
  });
});

describe('faults inside the directory', () => {
  it('is hidden from Git again after a running process lost all its files', async () => {
    const storage = await newStorage();
    await storage.write(KEY, 'a-token', { ifAbsent: true });
    for (const name of await readdir(storage.directory)) {
      await rm(join(storage.directory, name), { recursive: true });
    }
    await storage.write(KEY, 'a-token', { ifAbsent: true });
    expect(await readFile(join(storage.directory, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is read no further than any value is long', async () => {
    const storage = await newStorage();
    await storage.open();
    const path = join(storage.directory, KEY);
    await writeFile(path, '');
    // As large as a log that was redirected there.
    await truncate(path, 3 * 2 ** 30);
    const found = await storage.read(KEY);
    expect(found?.value.length).toBe(2 ** 20);
    const ifVersion = found?.version ?? '';
    await storage.write(KEY, 'a-token', { ifVersion });
    expect(await storage.read(KEY)).toMatchObject({ value: 'a-token' });
  });
});
