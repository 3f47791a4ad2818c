import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDirectory } from '../../../lib/storage/file/file.directory.js';
import { Generations } from '../../../lib/storage/file/file.generations.js';

const made: string[] = [];

/** The path of a directory that does not exist yet. */
export async function newDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'file-storage-'));
  made.push(parent);
  return join(parent, 'data');
}

export async function removeDirectories(): Promise<void> {
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true });
}

/** Every file below a directory, by its path in it, with its content. */
export async function contents(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const all = new Map<string, string>();
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    all.set(path.slice(directory.length + 1), await readFile(path, 'utf8'));
  }
  return all;
}

/**
 * Has swept what dead processes left beside an object. The time of a change of a file's entry cannot be set, so it is
 * the time until they count as dead that is short here.
 */
export async function sweep(directory: string, key: string): Promise<void> {
  const generations = new Generations(join(directory, `.${key}.versions`), 20);
  const left = async () => (await readdir(generations.folder)).filter((name) => SWEPT.test(name));
  const end = Date.now() + 5_000;
  while ((await left()).length > 0 && Date.now() < end) await generations.tidy(0);
}

/** Opens a directory until nothing is left of processes that died when they did the same. */
export async function sweepDirectory(directory: string): Promise<void> {
  const left = async () => (await readdir(directory)).filter((name) => PROBE.test(name));
  const end = Date.now() + 5_000;
  while ((await left()).length > 0 && Date.now() < end) await prepareDirectory(directory, 20);
}

const PROBE = /^\.probe-[0-9a-f-]{36}/;
const SWEPT = /^(tmp|trash(-[0-9]+)?)-[0-9a-f-]{36}$/;

/** The files that contain a text. */
export async function filesWith(directory: string, text: string): Promise<readonly string[]> {
  const all = await contents(directory);
  return [...all].filter(([, content]) => content.includes(text)).map(([path]) => path);
}
