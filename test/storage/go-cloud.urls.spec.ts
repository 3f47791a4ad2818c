import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { BetfairConfigurationError, type SessionStorage } from 'nestjs-betfair-session';
import { createStorage, findStorageFault } from '../../lib/storage/storage.factory.js';
import { failureOf, opened } from './support/opened.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'go-cloud-'));
  await mkdir(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The store of a URL, without its package, and the parameters that have no effect. */
function created(url: string): { store: SessionStorage; ignored: string[] } {
  const ignored: string[] = [];
  return { store: createStorage(url, (name) => ignored.push(name)), ignored };
}

describe('a URL of Go Cloud', () => {
  it.each([
    ['file:///data?create_dir=true&no_tmp_dir=1&metadata=skip', 'create_dir no_tmp_dir metadata'],
    ['file:///data?metadata=&dir_file_mode=0o700', 'metadata dir_file_mode'],
    ['file:///data?base_url=/show&secret_key_path=secret.key', 'base_url secret_key_path'],
    ['mem://?nomd5=true&prefix=a/', 'nomd5 prefix'],
    [
      's3://bucket?awssdk=v2&region=eu-west-1&rate_limiter_capacity=5',
      'awssdk rate_limiter_capacity',
    ],
    ['s3://bucket?hostname_immutable=true&accelerate=true', 'hostname_immutable accelerate'],
    ['gs://bucket?access_id=me&private_key_path=key.pem', 'access_id private_key_path'],
  ])('%s is taken, without what has no meaning here', (url, names) => {
    expect(created(url).ignored).toStrictEqual(names.split(' '));
    expect(findStorageFault(url)).toBeUndefined();
  });

  it('has those parameters named in one line of the log, and not their values', async () => {
    const { log } = await opened(`file:${folder}/data?create_dir=CANARY&no_tmp_dir=CANARY`);
    expect(log).toStrictEqual([
      'These parameters of the storage URL have no effect: create_dir, no_tmp_dir',
      `Session tokens are kept in file:${folder}/data`,
    ]);
  });

  it.each([
    [
      's3://bucket?profile=CANARY',
      'the s3: URL does not support the Go Cloud parameter "profile"',
      'AWS_PROFILE',
    ],
    ['s3://bucket?role=CANARY', 'the Go Cloud parameter "role"', 'AWS_ROLE_ARN'],
    ['s3://bucket?anonymous=true', 'the Go Cloud parameter "anonymous"', 'credentials are needed'],
    ['s3://bucket?fips=true', 'the Go Cloud parameter "fips"', 'AWS_USE_FIPS_ENDPOINT=true'],
    ['s3://bucket?kmskeyid=CANARY', 'the Go Cloud parameter "kmskeyid"', 'default encryption'],
    ['gs://bucket?anonymous=true', 'the Go Cloud parameter "anonymous"', 'credentials are needed'],
    ['azblob://container?storage_account=a&cdn=true', 'the Go Cloud parameter "cdn"', 'cache'],
  ])('%s is refused with the way of the SDK', async (url, what, instead) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringContaining(`storage: `) });
    expect(failure).toMatchObject({ message: expect.stringContaining(what) });
    expect(failure).toMatchObject({ message: expect.stringContaining(instead) });
    expect(String(failure)).not.toContain('CANARY');
  });

  it('names the way in which S3 is asked as Go Cloud did before', () => {
    const url = 's3://bucket?region=eu-west-1&s3ForcePathStyle=true';
    expect(created(url).ignored).toStrictEqual([]);
    expect(findStorageFault(`${url}&use_path_style=true`)).toMatch(
      /the parameter "use_path_style" is set twice/,
    );
  });

  it.each([
    ['localhost in the place of the host', () => `file://localhost${folder}/data`],
    ['a dot in the place of the host', () => `file://./${relative(process.cwd(), folder)}/data`],
    ['a prefix that is a folder', () => `file:${folder}?prefix=data/`],
  ])('names a directory by %s', (_, url) => {
    expect(created(url()).store).toMatchObject({ directory: expect.stringMatching(/\/data\/?$/) });
    expect(created(url()).store.location).toBe(`file:${join(folder, 'data')}`);
  });
});
