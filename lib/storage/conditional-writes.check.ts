import { SessionStorageError } from '../errors/index.js';

/**
 * Whether a store honours conditions at all: some that speak S3 ignore them, and every writer would win.
 *
 * @param tryWrite writes over that version, or creates; `undefined` where the condition did not hold
 * @param version of what is stored now
 * @throws SessionStorageError it does not
 */
export async function assertConditionalWrites(
  tryWrite: (over: string | undefined) => Promise<string | undefined>,
  version: string,
): Promise<void> {
  await tryWrite(version);
  const created = await tryWrite(undefined);
  const replaced = await tryWrite(version);
  if (created === undefined && replaced === undefined) return;
  throw new SessionStorageError(
    'The session store ignores conditional writes, so processes would overwrite each other. Use a store that supports them (for S3: If-Match and If-None-Match on PUT).',
    'unsupported',
  );
}
