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
} from 'nestjs-betfair-session';
import { failureOf, opened } from './support/opened.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storage-factory-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the file: URL', () => {
  it.each([
    ['relative', (path: string) => `file:./${relative(process.cwd(), path)}`],
    ['absolute', (path: string) => `file:${path}`],
    ['whole', (path: string) => pathToFileURL(path).href],
    ['escaped', (path: string) => `file:${path.replace('data', 'd%61ta')}`],
    ['written large', (path: string) => `FILE:${path}`],
  ])('names the directory (%s), which is made at start-up', async (name, url) => {
    const directory = join(folder, `data ${name}`);
    const { storage: store } = await opened(url(directory));
    expect(store).toBeInstanceOf(FileStorage);
    expect(store).toMatchObject({ directory });
    expect((await stat(directory)).isDirectory()).toBe(true);
  });

  it.each([
    ['file:', 'storage: the file: URL names no directory. Use file:./session-data.'],
    [
      'file:./x?mode=1',
      'storage: the file: URL does not support the parameter "mode". It supports only prefix.',
    ],
    [
      'file:./x#y',
      'storage: the file: URL must not contain a fragment. Write it as file:./directory',
    ],
    [
      'file:./x?prefix=a',
      'storage: the prefix of the file: URL must be a folder below the directory,',
    ],
    ['file:./x?prefix=../', 'storage: the prefix of the file: URL must be a folder below'],
    ['file://host/x', 'storage: the file: URL must not name a host. Write it as file:./directory'],
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
    ['etcd://localhost', /"etcd:" is not a known storage scheme/],
    ['ETCD+tls.x-1:/y', /"etcd\+tls\.x-1:" is not a known storage scheme/],
    ['constructor:/x', /"constructor:" is not a known storage scheme/],
    ['CANARY:x', /the start of the text is not a known storage scheme/],
    [' file:./x', /the start of the text is not a known storage scheme/],
    ['CANARY', /the start of the text is not a known storage scheme/],
    // URLs that lost their scheme, which look like paths.
    ['//bot:CANARY@host/0', /the start of the text is not a known storage scheme/],
    ['/bot:1/CANARY@host', /the start of the text is not a known storage scheme/],
    ['//host/db?password=CANARY', /the start of the text is not a known storage scheme/],
    ['', /the start of the text is not a known storage scheme/],
  ])('%j is refused with those that there are', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `${message.source}\\. Use one of: file:\\./session-data.* mem://, s3://bucket, azblob://container, gs://bucket, redis://host:6379, rediss://host:6379, postgres://host/database, or an object`,
        ),
      ),
    });
    expect(String(failure)).not.toContain('CANARY');
  });

  it.each([
    ['mem:', 'storage: the mem: URL must not contain a name. Write it as mem://.'],
    ['mem://name', 'storage: the mem: URL must not contain a name. Write it as mem://.'],
    [
      'mem://?x=1',
      'storage: the mem: URL does not support the parameter "x". It supports no parameters. Write it as mem://.',
    ],
  ])('%s is refused', async (url, message) => {
    expect(await failureOf(url)).toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('a store that was handed in', () => {
  it('is taken as it is', async () => {
    const own = new MemoryStorage();
    expect(await opened(own)).toMatchObject({ storage: own });
  });

  it('has its package looked for at start-up', async () => {
    const failure = await failureOf(new S3Storage({ bucket: 'bucket' }));
    expect(failure).toBeInstanceOf(MissingPackageError);
  });
});

describe('the location of a store', () => {
  it('with another location is another one', () => {
    const directory = join(folder, 'data');
    const one = new FileStorage({ directory });
    expect(one.location).toBe(`file:${directory}`);
    expect(one.location).toBe(new FileStorage({ directory: `${directory}/` }).location);
    const bucket = new S3Storage({ bucket: 'bucket' });
    expect(bucket.location).toBe(new S3Storage({ bucket: 'bucket', region: 'x' }).location);
    expect(bucket.location).not.toBe(new S3Storage({ bucket: 'other' }).location);
    expect(new MemoryStorage().location).not.toBe(new MemoryStorage().location);
  });

  it('is logged once, but for a memory that nobody else sees', async () => {
    const directory = join(folder, 'logged');
    const said = `Session tokens are kept in file:${directory}`;
    expect((await opened(`file:${directory}`)).log).toStrictEqual([said]);
    expect((await opened('mem://')).log).toStrictEqual([]);
  });
});
