import { jest } from '@jest/globals';
import { AzureBlobStorage, MissingPackageError } from 'nestjs-betfair-session';

// One of the two packages is here, as where only the first was installed.
jest.unstable_mockModule('@azure/storage-blob', () => ({}), { virtual: true });

it('AzureBlobStorage names the second package if there are no credentials', async () => {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AZURE_')) delete process.env[name];
  }
  const store = new AzureBlobStorage({ container: 'desk', storageAccount: 'mine' });
  const failure: unknown = await store.open().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(MissingPackageError);
  expect(failure).toMatchObject({
    message: expect.stringMatching(
      /^Azure Blob storage without a key, SAS token or connection string needs .* npm i @azure\/identity$/,
    ),
  });
});
