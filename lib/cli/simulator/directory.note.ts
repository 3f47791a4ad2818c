import { join } from 'node:path';
import { FileObject, type ObjectState } from '../../storage/file/file.object.js';
import { isRecord, parseJson } from '../../common/unknown-values.js';
import { type Holder, readHolder } from './directory.holder.js';

/** SHA-256 of the text of each file, or of both texts while a file is being replaced. */
export type Written = ReadonlyMap<string, readonly string[]>;

/** Record of the files that a simulator wrote, so that files changed by a person are not overwritten. */
export interface Note {
  readonly written: Written;
  readonly holder: Holder | undefined;
}

export const NOTE_FILE = '.simulator.json';

/** The note in a folder. If several processes have read it, only one of them can replace it. */
export class NoteFile {
  readonly #object: FileObject;
  #state: ObjectState | undefined;

  constructor(folder: string) {
    this.#object = new FileObject(NOTE_FILE, join(folder, NOTE_FILE));
  }

  /** Reads the note; `undefined` if there is none, `'foreign'` if the file is something else. */
  async read(): Promise<Note | 'foreign' | undefined> {
    this.#state = await this.#object.state(undefined);
    return this.#state.copy && (parse(this.#state.copy.value) ?? 'foreign');
  }

  /** @throws StorageConflictError the note has changed since it was read, and was not replaced */
  async replace(note: Note): Promise<void> {
    await this.#object.generations.create();
    const state = this.#state ?? (await this.#object.state(undefined));
    await this.#object.commit(state, textOf(note), undefined);
    this.#state = await this.#object.state(undefined);
  }
}

/** Joins the hashes of each file. */
export function both(one: Written, other: Written): Written {
  const names = new Set([...one.keys(), ...other.keys()]);
  return new Map(
    [...names].map((name) => [name, [...(one.get(name) ?? []), ...(other.get(name) ?? [])]]),
  );
}

function textOf({ written, holder }: Note): string {
  return `${JSON.stringify({ written: Object.fromEntries(written), holder }, undefined, 2)}\n`;
}

function parse(text: string): Note | undefined {
  const note = parseJson(text);
  if (!isRecord(note) || !isRecord(note['written'])) return undefined;
  const written = Object.entries(note['written']).map(
    ([name, hashes]) => [name, Array.isArray(hashes) ? hashes.map(String) : []] as const,
  );
  return { written: new Map(written), holder: readHolder(note['holder']) };
}
