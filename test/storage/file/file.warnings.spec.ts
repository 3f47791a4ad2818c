import { Logger } from '@nestjs/common';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import { newDirectory, removeDirectories } from '../support/folders.js';

const KEY = 'session.token';
const itOnPosix = process.platform === 'win32' ? it.skip : it;

const warnings: string[] = [];

beforeAll(() => {
  Logger.overrideLogger({ log() {}, error() {}, warn: (message) => warnings.push(message) });
});
beforeEach(() => {
  warnings.splice(0);
});
afterAll(removeDirectories);

/** A directory with a file of a person in it. */
async function oldDirectory(mode = 0o700): Promise<string> {
  const directory = await newDirectory();
  await mkdir(directory);
  await chmod(directory, mode);
  await writeFile(join(directory, 'notes.txt'), '');
  return directory;
}

function inWords(directory: string): Record<'rights' | 'git', string> {
  return {
    rights: `The session directory "${directory}" is writable by every user of this machine, so anybody can replace a session token. Run: chmod 700 "${directory}"`,
    git: `The session directory "${directory}" is in a Git repository and has no .gitignore, so a session token can be committed. Add a .gitignore with the line *, or choose a directory outside the repository.`,
  };
}

describe('FileStorage warns of a directory that', () => {
  itOnPosix.each([0o777, 0o1777, 0o702])('everybody can write to (%o)', async (mode) => {
    const directory = await oldDirectory(mode);
    await new FileStorage({ directory }).open();
    expect(warnings).toEqual([inWords(directory).rights]);
  });

  it.each(['.git', '../.git', '../../.git'])('lies in a Git repository (%s)', async (git) => {
    const directory = join(await oldDirectory(), 'deep');
    await mkdir(directory);
    await writeFile(join(directory, 'notes.txt'), '');
    await mkdir(join(directory, git));
    await new FileStorage({ directory }).open();
    expect(warnings).toEqual([inWords(directory).git]);
  });

  it('lies in a worktree of Git, whose .git is a file, and has an empty .gitignore', async () => {
    const directory = await oldDirectory();
    await writeFile(join(directory, '.gitignore'), '', { mode: 0o644 });
    await writeFile(join(dirname(directory), '.git'), 'gitdir: elsewhere');
    await new FileStorage({ directory }).open();
    expect(warnings).toEqual([inWords(directory).git]);
  });

  itOnPosix(
    'has both faults, once for each storage, which may be of another application',
    async () => {
      const directory = await oldDirectory(0o777);
      await mkdir(join(dirname(directory), '.git'));
      for (const storage of [new FileStorage({ directory }), new FileStorage({ directory })]) {
        await storage.open();
        await storage.write(KEY, 'token', { ifAbsent: true }).catch(() => undefined);
        expect(warnings.splice(0)).toEqual([inWords(directory).rights, inWords(directory).git]);
      }
    },
  );
});

describe('FileStorage does not warn of a directory that', () => {
  it('it has made itself, in a Git repository', async () => {
    const directory = await newDirectory();
    await mkdir(join(dirname(directory), '.git'));
    await new FileStorage({ directory }).open();
    expect(warnings).toEqual([]);
  });

  it('has a .gitignore, in a Git repository', async () => {
    const directory = await oldDirectory();
    await writeFile(join(directory, '.gitignore'), '*.token\n');
    await mkdir(join(dirname(directory), '.git'));
    await new FileStorage({ directory }).open();
    expect(warnings).toEqual([]);
  });

  it.each([0o700, 0o755, 0o750, 0o2770])(
    'is a volume with the rights %o, outside a repository',
    async (mode) => {
      const directory = await oldDirectory(mode);
      await new FileStorage({ directory }).open();
      expect(warnings).toEqual([]);
    },
  );
});
