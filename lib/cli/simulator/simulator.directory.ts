import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isRecord } from '../../common/is-record.js';
import { CommandError } from '../command.errors.js';

/** Notes which files were written, and what they held: what a person changed is not overwritten. */
const NOTE = '.simulator.json';

/** SHA-256 of what was written to a file. */
type Written = ReadonlyMap<string, readonly string[]>;

/** The folder in which a simulator leaves what clients need. Only its owner can read it. */
export class SimulatorDirectory {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly written: Written,
  ) {}

  /**
   * Looks at the folder and creates nothing.
   *
   * @throws CommandError it holds files, and none of a simulator
   */
  static async open(dir: string): Promise<SimulatorDirectory> {
    const path = resolve(dir);
    const names = await explained(path, () => readdir(path).catch(undefinedIfAbsent));
    if (names === undefined || names.length === 0) return new SimulatorDirectory(path, new Map());
    const note = await explained(path, () =>
      readFile(join(path, NOTE), 'utf8').catch(undefinedIfAbsent),
    );
    const written = note === undefined ? undefined : parseNote(note);
    if (written) return new SimulatorDirectory(path, written);
    throw new CommandError(
      `${path} holds files that are not of a simulator. Name a folder that is empty or does not exist: --dir <folder>`,
    );
  }

  /** What a file in it holds, if it is there. */
  read(name: string): Promise<string | undefined> {
    return explained(this.path, () =>
      readFile(join(this.path, name), 'utf8').catch(undefinedIfAbsent),
    );
  }

  /**
   * Writes the files that are not there as they should be.
   *
   * @throws CommandError some of these were changed by somebody else, and nothing was written
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
        `Not overwritten, because they were changed since a simulator wrote them: ${foreign.join(', ')}. Move them away, or name another folder: --dir <folder>`,
      );
    }
    const now = new Map(Object.entries(files).map(([name, text]) => [name, [hash(text)]]));
    await explained(this.path, async () => {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      await chmod(this.path, 0o700);
      // Both states of each file are noted first, so that a start that is killed between them is taken up by the next.
      await this.#replace(NOTE, noteOf(both(this.written, now)));
      for (const [name, text] of due) await this.#replace(name, text);
      await this.#replace(NOTE, noteOf(now));
    });
  }

  async #replace(name: string, text: string): Promise<void> {
    const temporary = join(this.path, `${name}.${process.pid}.tmp`);
    try {
      await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
      await rename(temporary, join(this.path, name));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function both(one: Written, other: Written): Written {
  const names = new Set([...one.keys(), ...other.keys()]);
  return new Map(
    [...names].map((name) => [name, [...(one.get(name) ?? []), ...(other.get(name) ?? [])]]),
  );
}

function noteOf(written: Written): string {
  return `${JSON.stringify({ written: Object.fromEntries(written) }, undefined, 2)}\n`;
}

function parseNote(text: string): Written | undefined {
  try {
    const note: unknown = JSON.parse(text);
    const written = isRecord(note) ? note['written'] : undefined;
    if (!isRecord(written)) return undefined;
    return new Map(
      Object.entries(written).map(([name, hashes]) => [
        name,
        Array.isArray(hashes) ? hashes.map(String) : [],
      ]),
    );
  } catch {
    return undefined;
  }
}

function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Runs an operation on files, and says what to do if it fails. */
async function explained<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw new CommandError(
      `${path} cannot be used (${codeOf(error)}). Check its permissions, or name another folder: --dir <folder>`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  return isRecord(error) ? String(error['code'] ?? error['message']) : String(error);
}
