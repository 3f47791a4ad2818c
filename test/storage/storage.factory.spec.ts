import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  BetfairConfigurationError,
  FileStorage,
  MemoryStorage,
  MissingPackageError,
  S3Storage,
  type SessionStorage,
} from 'nestjs-betfair-session';
import {
  identityOf,
  isPrivate,
  openStorage,
  wasOpenedHere,
} from '../../lib/storage/storage.factory.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-factory-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function failureOf(option: string | SessionStorage): Promise<unknown> {
  return openStorage(option).then(
    () => {
      throw new Error('It should have been refused.');
    },
    (error: unknown) => error,
  );
}

describe('a file: URL', () => {
  it.each([
    ['relative', (path: string) => `file:./${relative(process.cwd(), path)}`],
    ['absolute', (path: string) => `file:${path}`],
    ['whole', (path: string) => pathToFileURL(path).href],
    ['escaped', (path: string) => `file:${path.replace('data', 'd%61ta')}`],
    ['written large', (path: string) => `FILE:${path}`],
  ])('names the directory (%s), which is made at start-up', async (name, url) => {
    const directory = join(folder, `data ${name}`);
    const store = await openStorage(url(directory));
    expect(store).toBeInstanceOf(FileStorage);
    expect(store).toMatchObject({ directory });
    expect((await stat(directory)).isDirectory()).toBe(true);
  });

  it.each([
    ['file:', 'storage: file: names no directory. Use file:./session-data.'],
    ['file:./x?mode=1', 'storage: a file: URL takes no parameters. Write it as file:./directory'],
    ['file:./x#y', 'storage: a file: URL takes no parameters.'],
    ['file://host/x', 'storage: a file: URL names no host. Write it as file:./directory'],
  ])('%s is refused with what to write', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('of something that is no directory fails at start-up, as does a store made by hand', async () => {
    const directory = join(folder, 'a-file');
    await writeFile(directory, '');
    const misconfigured = { code: 'BETFAIR_STORAGE_MISCONFIGURED' };
    expect(await failureOf(`file:${directory}`)).toMatchObject(misconfigured);
    expect(await failureOf(new FileStorage({ directory }))).toMatchObject(misconfigured);
  });
});

describe('the scheme of a store', () => {
  it.each([
    ['redis://localhost', /"redis:" is not the scheme/],
    ['REDIS+tls.x-1:/y', /"redis\+tls\.x-1:" is not the scheme/],
    ['constructor:/x', /"constructor:" is not the scheme/],
    ['CANARY:x', /the start of the text is not the scheme/],
    [' file:./x', /the start of the text is not the scheme/],
    ['CANARY', /the start of the text is not the scheme/],
    ['', /the start of the text is not the scheme/],
  ])('%j is refused with those that there are', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `${message.source} of a store\\. Use one of: file:\\./session-data.* mem://, s3://bucket, azblob://container, gs://bucket, or an object`,
        ),
      ),
    });
    expect(String(failure)).not.toContain('CANARY');
  });

  it.each(['mem:', 'mem://name', 'mem://?x=1'])('%s is refused', async (url) => {
    expect(await failureOf(url)).toMatchObject({
      message: expect.stringContaining('mem:// takes neither a name nor parameters'),
    });
  });
});

describe('a store that was handed in', () => {
  it('is taken as it is, and is not ours to close', async () => {
    const own = new MemoryStorage();
    expect(await openStorage(own)).toBe(own);
    expect(wasOpenedHere(own)).toBe(false);
    expect(wasOpenedHere(await openStorage('mem://'))).toBe(true);
  });

  it('has its package looked for at start-up', async () => {
    const failure = await failureOf(new S3Storage({ bucket: 'bucket' }));
    expect(failure).toBeInstanceOf(MissingPackageError);
  });
});

describe('a store', () => {
  it('is seen by nobody else where it is memory of our own', async () => {
    expect(isPrivate(await openStorage('mem://'))).toBe(true);
    expect(isPrivate(new MemoryStorage())).toBe(false);
    expect(isPrivate(await openStorage(`file:${join(folder, 'shared')}`))).toBe(false);
  });

  it('is another one where it keeps its objects elsewhere', () => {
    const directory = join(folder, 'data');
    const one = new FileStorage({ directory });
    expect(identityOf(one)).toBe(identityOf(new FileStorage({ directory: `${directory}/` })));
    expect(identityOf(one)).not.toBe(identityOf(new FileStorage({ directory: folder })));
    const bucket = new S3Storage({ bucket: 'bucket' });
    expect(identityOf(bucket)).toBe(identityOf(new S3Storage({ bucket: 'bucket', region: 'x' })));
    expect(identityOf(bucket)).not.toBe(identityOf(new S3Storage({ bucket: 'other' })));
    const memory = new MemoryStorage();
    expect(identityOf(memory)).toBe(memory);
  });
});
