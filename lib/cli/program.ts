import { readFile } from 'node:fs/promises';
import { isRecord, parseJson, text } from '../common/unknown-values.js';

/** Name of the program, as a shell finds it. */
export const PROGRAM = 'nestjs-betfair-session';

/** Facts of the package that this program is in. */
export interface PackageFacts {
  readonly version: string;
  /** Range of the versions of Node that it supports. */
  readonly node: string;
}

export async function readPackage(): Promise<PackageFacts> {
  const read = parseJson(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
  const engines = isRecord(read) ? read['engines'] : undefined;
  return { version: text(read, 'version') ?? '', node: text(engines, 'node') ?? '' };
}
