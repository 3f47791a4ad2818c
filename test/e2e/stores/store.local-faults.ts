import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { SessionStorageError } from 'nestjs-betfair-session';
import type { CloudStorage } from '../../../lib/storage/cloud/cloud.storage.js';

/** Runs with these variables of the environment; `undefined` takes one away. */
export async function inEnv<T>(
  env: Readonly<Record<string, string | undefined>>,
  run: () => Promise<T>,
): Promise<T> {
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  set(Object.entries(env));
  try {
    return await run();
  } finally {
    set(before);
  }
}

function set(variables: readonly (readonly [string, string | undefined])[]): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Runs with a folder of these files. */
export async function inFolder<T>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'store-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Expects of each operation that it fails as one that is misconfigured, and shows no secret. */
export async function expectMisconfigured(
  store: CloudStorage,
  code: string,
  advice: string,
): Promise<void> {
  const key = 'session.token';
  const operations = {
    read: () => store.read(key),
    create: () => store.write(key, 'CANARY', { ifAbsent: true }),
    replace: () => store.write(key, 'CANARY', { ifVersion: '"1"' }),
    delete: () => store.delete(key, { ifVersion: '"1"' }),
  };
  for (const operate of Object.values(operations)) {
    const error: unknown = await operate().catch((failure: unknown) => failure);
    if (!(error instanceof SessionStorageError)) throw error;
    expect(error).toMatchObject({ failure: 'misconfigured', retryable: false });
    expect(error.message).toContain(`(${code}). `);
    expect(error.message).toContain(advice);
    const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain('CANARY');
  }
  await store.close();
}
