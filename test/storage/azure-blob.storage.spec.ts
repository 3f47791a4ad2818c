import {
  AzureBlobStorage,
  BetfairConfigurationError,
  MissingPackageError,
} from 'nestjs-betfair-session';
import { openCloud } from './support/cloud-urls.js';

const NAMES = Object.keys(process.env).filter((name) => name.startsWith('AZURE_'));
const kept = NAMES.map((name) => [name, process.env[name]]);

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AZURE_')) delete process.env[name];
  }
});
afterAll(() => {
  Object.assign(process.env, Object.fromEntries(kept));
});

function createWithoutAccount(): AzureBlobStorage {
  return new AzureBlobStorage({ container: 'c' });
}

describe('AzureBlobStorage', () => {
  it('is refused without a container', () => {
    expect(() => new AzureBlobStorage({ container: '' })).toThrow(/such as azblob:\/\//);
  });

  it('is refused without an account, and names both cures', () => {
    expect(createWithoutAccount).toThrow(BetfairConfigurationError);
    expect(createWithoutAccount).toThrow(/\?storage_account=name, or set AZURE_STORAGE_ACCOUNT/);
  });

  it.each([
    ['AZURE_STORAGE_ACCOUNT', 'mine'],
    ['AZURE_STORAGE_CONNECTION_STRING', 'DefaultEndpointsProtocol=https;AccountName=mine;'],
    ['AZURE_STORAGE_CONNECTION_STRING', 'BlobEndpoint=https://mine.blob.core.windows.net/;'],
  ])('finds its account in %s', (name, value) => {
    process.env[name] = value;
    expect(new AzureBlobStorage({ container: 'c' }).location).toBe('azblob://mine/c/');
  });

  it.each([
    ['account', { storageAccount: 'a@evil.example/' }],
    ['domain', { storageAccount: 'mine', domain: 'evil.example/x?' }],
  ])('is refused where the %s is more than a name', (_, options) => {
    const create = () => new AzureBlobStorage({ container: 'c', ...options });
    expect(create).toThrow(BetfairConfigurationError);
  });

  it('names the package to install at start-up', async () => {
    const failure = await openCloud('azblob://container?storage_account=mine');
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/npm i @azure\/storage-blob$/),
    });
  });

  it.each([
    ['azblob://', /needs the name of a bucket or container/],
    ['azblob://c', /has no account/],
    ['azblob://c?storage_account=a&protocol=ftp', /"protocol" must be http or https/],
    ['azblob://c?storage_account=a&localemu=1', /"localemu" must be true or false/],
    ['azblob://c?sas=CANARY', /no parameter "sas"\. It knows storage_account, domain/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await openCloud(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('CANARY');
  });
});
