import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { CommandError } from '../terminal/command.errors.js';
import { explained, refuseIfNoFile, undefinedIfAbsent } from './directory.errors.js';
import { type Holder, holderOf, isRunning } from './directory.holder.js';
import { both, NOTE_FILE, type Note, NoteFile, type Written } from './directory.note.js';

/** Names of files that a killed start can leave behind, before or after it writes its note. */
const TEMPORARY = /^simulator-[0-9a-f-]{36}\.tmp$/;
const VERSIONS = `.${NOTE_FILE}.versions`;

/** Folder with the files that clients of a simulator need. Only its owner can read it. */
export class SimulatorDirectory {
  #holder: Holder | undefined;

  private constructor(
    /** An absolute path. */
    readonly path: string,
    private readonly note: NoteFile,
    private readonly written: Written,
  ) {}

  /**
   * Checks the folder, and creates nothing.
   *
   * @throws CommandError it holds files that no simulator wrote, or another simulator uses it
   */
  static async open(dir: string): Promise<SimulatorDirectory> {
    const path = resolve(dir);
    const note = new NoteFile(path);
    const [names, found] = await explained(path, async () => {
      const list = (await readdir(path).catch(undefinedIfAbsent)) ?? [];
      await refuseIfNoFile(join(path, NOTE_FILE));
      return [list, await note.read()];
    });
    const isNew = names.every((name) => name === VERSIONS || TEMPORARY.test(name));
    if (found === 'foreign') {
      throw new CommandError(
        `${join(path, NOTE_FILE)} cannot be read. If all files in the folder are from a simulator, delete the folder. Otherwise, name another one: --dir <folder>`,
      );
    }
    if (found === undefined && !isNew) {
      throw new CommandError(
        `${path} holds files that no simulator wrote. Name a folder that is empty, new, or from an earlier start: --dir <folder>`,
      );
    }
    await refuseIfHeld(path, found);
    return new SimulatorDirectory(path, note, found?.written ?? new Map());
  }

  read(name: string): Promise<string | undefined> {
    const path = join(this.path, name);
    return explained(this.path, async () => {
      await refuseIfNoFile(path);
      return readFile(path, 'utf8').catch(undefinedIfAbsent);
    });
  }

  /**
   * Claims the folder until this process ends, whose API is on `port`.
   *
   * @throws CommandError another simulator has claimed it after it was opened
   */
  async claim(port: number): Promise<void> {
    this.#holder = holderOf(port);
    await explained(this.path, async () => {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      await chmod(this.path, 0o700);
    });
    await this.#replaceNote(this.written);
    await explained(this.path, async () => {
      const left = (await readdir(this.path)).filter((name) => TEMPORARY.test(name));
      for (const name of left) await rm(join(this.path, name), { force: true });
    });
  }

  /**
   * Writes the files that are missing or different, after {@link claim}.
   *
   * @throws CommandError somebody else has changed some of them, and nothing was written
   */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const due: [string, string][] = [];
    const foreign: string[] = [];
    for (const [name, text] of Object.entries(files)) {
      const found = await this.read(name);
      if (found === text) continue;
      due.push([name, text]);
      const isOurs = found === undefined || this.written.get(name)?.includes(hash(found));
      if (!isOurs) foreign.push(join(this.path, name));
    }
    if (foreign.length > 0) {
      throw new CommandError(
        `Files were changed after a simulator wrote them, and were not overwritten: ${foreign.join(', ')}. Move them away, or name another folder: --dir <folder>`,
      );
    }
    const now = new Map(Object.entries(files).map(([name, text]) => [name, [hash(text)]]));
    // Both texts of each file are noted first: if this start is killed, the next one recognises either of them.
    await this.#replaceNote(both(this.written, now));
    await explained(this.path, async () => {
      for (const [name, text] of due) await this.#replace(name, text);
    });
    await this.#replaceNote(now);
  }

  async #replaceNote(written: Written): Promise<void> {
    try {
      await explained(this.path, () => this.note.replace({ written, holder: this.#holder }));
    } catch (error) {
      if (!(error instanceof StorageConflictError)) throw error;
      const found = await explained(this.path, () => this.note.read());
      await refuseIfHeld(this.path, found === 'foreign' ? undefined : found);
      throw new CommandError(
        `Something else changed ${join(this.path, NOTE_FILE)} at the same time. Start the simulator again.`,
        { cause: error },
      );
    }
  }

  async #replace(name: string, text: string): Promise<void> {
    // A random name: in a container the number of the process is the same at each start.
    const temporary = join(this.path, `simulator-${randomUUID()}.tmp`);
    try {
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await rename(temporary, join(this.path, name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

async function refuseIfHeld(path: string, note: Note | undefined): Promise<void> {
  const holder = note?.holder;
  if (holder === undefined || !(await isRunning(holder))) return;
  throw new CommandError(
    `${path} is used by the simulator on port ${holder.port} (process ${holder.pid}). Stop it, or name another folder: --dir other`,
  );
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
