import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A bucket in a directory, as Go Cloud's `fileblob` keeps it: attributes lie in a file beside the object. */
export class FileBucket {
  constructor(directory) {
    this.directory = directory;
  }

  /** Go Cloud lists the bucket to learn that. */
  async isAccessible() {
    const entries = await readdir(this.directory, { withFileTypes: true, recursive: true });
    return Array.isArray(entries);
  }

  async exists(key) {
    const found = await absentAsUndefined(stat(join(this.directory, key)));
    if (found) await this.#attributes(key);
    return found !== undefined;
  }

  async readAll(key) {
    await stat(join(this.directory, key));
    await this.#attributes(key);
    return readFile(join(this.directory, key), 'utf8');
  }

  async writeAll(key, text) {
    const temporary = join(this.directory, `${key}.${randomUUID()}.tmp`);
    await writeFile(temporary, text);
    await writeFile(join(this.directory, `${key}.attrs`), '{"user.content_type":"text/plain"}');
    await rename(temporary, join(this.directory, key));
  }

  async #attributes(key) {
    const text = await absentAsUndefined(readFile(join(this.directory, `${key}.attrs`), 'utf8'));
    return text === undefined ? {} : JSON.parse(text);
  }
}

async function absentAsUndefined(result) {
  try {
    return await result;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
