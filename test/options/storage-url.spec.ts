import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  BetfairConfigurationError,
  type BetfairSessionOptions,
  FileStorage,
  MemoryStorage,
  SESSION_STORAGE,
} from 'nestjs-betfair-session';
import { makeCertificate } from '../identity/support/certificates.js';
import { closeApplications, createSessions } from '../support/application.js';

let options: BetfairSessionOptions;
let folder: string;

beforeAll(async () => {
  const certificate = await makeCertificate();
  options = { username: 'punter', password: 'p', applicationKey: 'k', certificate };
  folder = await realpath(await mkdtemp(join(tmpdir(), 'storage-url-')));
});

afterEach(closeApplications);
afterAll(() => rm(folder, { recursive: true }));

async function chosenBy(storage: string): Promise<unknown> {
  const { module } = await createSessions({ ...options, storage });
  return module.get<unknown>(SESSION_STORAGE);
}

describe('the option storage', () => {
  it.each([
    ['file:./<relative>', (path: string) => `file:./${relative(process.cwd(), path)}`],
    ['file:<relative>', (path: string) => `file:${relative(process.cwd(), path)}`],
    ['file:<absolute>', (path: string) => `file:${path}`],
    ['file://<absolute>', (path: string) => `file://${path}`],
    ['FILE:<absolute>', (path: string) => `FILE:${path}`],
    ['an escaped file:<absolute>', (path: string) => `file:${path.replace('data', 'd%61ta')}`],
  ])('keeps tokens in that directory for %s', async (name, url) => {
    const path = join(folder, `data-${name.replaceAll(/\W/g, '')}`);
    const store = await chosenBy(url(path));
    expect(store).toBeInstanceOf(FileStorage);
    expect(store).toMatchObject({ directory: path });
  });

  it('keeps tokens in memory for mem://, each account its own', async () => {
    const [one, other] = [await chosenBy('mem://'), await chosenBy('mem://')];
    expect(one).toBeInstanceOf(MemoryStorage);
    expect(other).not.toBe(one);
  });

  it.each([
    ['etcd://localhost', /"etcd:" is not a known storage scheme\. Use one of: file:/],
    ['./session-data', /session-data" is a path\. Write it as a URL: file:\.\/directory/],
    ['file:./100%', /a "%" that is not a valid escape\. Write "%" in the path as %25/],
    ['file:///100%', /a "%" that is not a valid escape/],
    ['s3://b%zz', /a "%" that is not a valid escape\. Write it as s3:/],
    [
      'file:./x?mode=1',
      /the file: URL does not support the parameter "mode"\. It supports only prefix\./,
    ],
    ['file:///x#y', /the file: URL must not contain a fragment/],
    ['file:', /names no directory\. Use file:\.\/session-data/],
    ['file://host/x', /must not name a host/],
    ['mem://name', /the mem: URL must not contain a name/],
    ['mem://?x=1', /the mem: URL does not support the parameter "x"\. It supports no parameters/],
    ['mem:', /the mem: URL must not contain a name/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure: unknown = await chosenBy(url).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
  });
});
