import { openStorage } from '../../../lib/storage/storage.factory.js';

/** What opening a store by that URL fails with. */
export async function openCloud(url: string): Promise<unknown> {
  return openStorage(url).then(
    () => {
      throw new Error(`${url} should have been refused.`);
    },
    (error: unknown) => error,
  );
}
