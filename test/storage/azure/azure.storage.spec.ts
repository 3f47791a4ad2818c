import {
  AzureBlobStorage,
  BetfairConfigurationError,
  MissingPackageError,
} from 'nestjs-betfair-session';
import { failureOf } from '../support/opened.js';

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
  it.each([[{ container: '' }], [{}], [undefined]])(
    'is refused without a container (%j)',
    (options) => {
      const create = () => Reflect.construct(AzureBlobStorage, [options]);
      expect(create).toThrow(BetfairConfigurationError);
      expect(create).toThrow(
        /the Azure container of the session store has no name\..* such as azblob:\/\/my-container/,
      );
    },
  );

  it('is refused with a connection string that names no account', () => {
    process.env['AZURE_STORAGE_CONNECTION_STRING'] = 'CANARY';
    expect(createWithoutAccount).toThrow(/has no account/);
    expect(createWithoutAccount).not.toThrow(/CANARY/);
  });

  it('is refused without an account, and names both cures', () => {
    expect(createWithoutAccount).toThrow(BetfairConfigurationError);
    expect(createWithoutAccount).toThrow(/\?storage_account=name, or set AZURE_STORAGE_ACCOUNT/);
  });

  it.each([
    ['AZURE_STORAGE_ACCOUNT', 'mine', 'mine'],
    ['AZURE_STORAGE_CONNECTION_STRING', 'AccountName=mine', 'mine'],
    ['AZURE_STORAGE_CONNECTION_STRING', 'accountname=my-1;AccountKey=k', 'my-1'],
    [
      'AZURE_STORAGE_CONNECTION_STRING',
      'OldAccountName=a;AccountName=mine;BlobEndpoint=https://b.example/',
      'mine',
    ],
    ['AZURE_STORAGE_CONNECTION_STRING', 'BlobEndpoint=https://mine.blob.example/', 'mine'],
    ['AZURE_STORAGE_CONNECTION_STRING', 'x=1;blobendpoint=http://my-1.blob.example/', 'my-1'],
    [
      'AZURE_STORAGE_CONNECTION_STRING',
      'OldBlobEndpoint=https://a.example/;BlobEndpoint=https://mine.example/',
      'mine',
    ],
    ['AZURE_STORAGE_CONNECTION_STRING', 'UseDevelopmentStorage=true', 'devstoreaccount1'],
    [
      'AZURE_STORAGE_CONNECTION_STRING',
      'AccountName=mine;usedevelopmentstorage=true',
      'devstoreaccount1',
    ],
    ['AZURE_STORAGE_CONNECTION_STRING', 'DontUseDevelopmentStorage=true;AccountName=mine', 'mine'],
  ])('finds its account in %s=%s', (name, value, account) => {
    process.env[name] = value;
    expect(new AzureBlobStorage({ container: 'c' }).location).toBe(`azblob://${account}/c/`);
  });

  it('takes the account that is named before that of a connection string', () => {
    process.env['AZURE_STORAGE_CONNECTION_STRING'] = 'AccountName=other';
    const { location } = new AzureBlobStorage({ container: 'c', storageAccount: 'mine' });
    expect(location).toBe('azblob://mine/c/');
  });

  it.each([
    ['account', { storageAccount: 'a@evil.example/' }, {}],
    ['account', { storageAccount: 'evil.example/a' }, {}],
    ['domain', { domain: 'evil.example/x?' }, {}],
    ['domain', { domain: '@evil.example' }, {}],
    ['domain', {}, { AZURE_STORAGE_DOMAIN: 'evil.example/x?' }],
    ['protocol', {}, { AZURE_STORAGE_PROTOCOL: 'ftp' }],
    ['protocol', {}, { AZURE_STORAGE_PROTOCOL: 'https://evil.example/?' }],
    ['protocol', {}, { AZURE_STORAGE_PROTOCOL: 'x-http' }],
  ])('is refused where the %s is more than a name: %j, %j', (_, options, env) => {
    Object.assign(process.env, env);
    const create = () =>
      new AzureBlobStorage({ container: 'c', storageAccount: 'mine', ...options });
    expect(create).toThrow(BetfairConfigurationError);
    expect(create).toThrow(/is not valid\. storage_account must be lower-case letters/);
  });

  it('names the package to install at start-up', async () => {
    const failure = await failureOf('azblob://container?storage_account=mine');
    expect(failure).toBeInstanceOf(MissingPackageError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/^Azure Blob storage needs .* npm i @azure\/storage-blob$/),
    });
  });

  it.each([
    [
      'azblob://',
      /needs the name of a bucket or container\. Write it as azblob:\/\/my-container\?storage_account=/,
    ],
    ['azblob://c', /has no account/],
    ['azblob://c?storage_account=a&protocol=ftp', /"protocol" must be http or https/],
    ['azblob://c?storage_account=a&localemu=1', /"localemu" must be true or false/],
    ['azblob://c?sas=CANARY', /the parameter "sas"\. It supports only storage_account, domain/],
  ])('is refused at start-up for %s', async (url, message) => {
    const failure = await failureOf(url);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('CANARY');
  });
});
