import { jest } from '@jest/globals';
import { PlayedProcess, playedCallbacks, playedFileSystem } from '../support/played-processes.js';

jest.unstable_mockModule('node:fs/promises', playedFileSystem);
jest.unstable_mockModule('node:fs', playedCallbacks);
const { FileStorage } = await import('nestjs-betfair-session');
const { newDirectory, removeDirectories } = await import('../support/folders.js');

const KEY = 'session.token';

afterAll(removeDirectories);

/** A store on a disk that hangs at the first call of an operation, which nobody waits for any more. */
async function hanging() {
  const storage = new FileStorage({ directory: await newDirectory() });
  await storage.write(KEY, 'a-token', { ifAbsent: true });
  const disk = new PlayedProcess((call) => (call === 1 ? 'sleeps' : undefined));
  const patience = new AbortController();
  const given = disk.run(() => storage.read(KEY, { signal: patience.signal }));
  await disk.stopped;
  patience.abort();
  return { storage, disk, given };
}

describe('a disk that hangs', () => {
  it('is asked nothing more until it answers: each call would hold a thread of Node', async () => {
    const { storage, disk, given } = await hanging();
    const others = new PlayedProcess(() => undefined);
    for (let read = 0; read < 10; read += 1) {
      const signal = AbortSignal.timeout(5);
      await expect(others.run(() => storage.read(KEY, { signal }))).rejects.toMatchObject({
        name: 'TimeoutError',
      });
    }
    expect(others.calls).toEqual([]);
    disk.wake();
    expect(await given).toMatchObject({ value: 'a-token' });
  });

  it('is used again as soon as it answers', async () => {
    const { storage, disk } = await hanging();
    const waiting = storage.read(KEY, { signal: new AbortController().signal });
    disk.wake();
    expect(await waiting).toMatchObject({ value: 'a-token' });
    expect(await storage.read(KEY)).toMatchObject({ value: 'a-token' });
  });
});
