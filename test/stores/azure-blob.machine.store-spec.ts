import { AzureBlobStorage } from 'nestjs-betfair-session';
import { expectMisconfigured, inEnv, inFolder } from './store.local-faults.js';

const ACCOUNT = { container: 'desk', storageAccount: 'mine' };
const SIGN_IN = {
  AZURE_TENANT_ID: '00000000-0000-0000-0000-000000000000',
  AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000001',
};

describe('AzureBlobStorage, when the credentials of the machine cannot be used', () => {
  it.each([
    ['WorkloadIdentityCredential', 'AZURE_FEDERATED_TOKEN_FILE'],
    ['EnvironmentCredential', 'AZURE_CLIENT_CERTIFICATE_PATH'],
  ])('names the file that is not there (%s)', (credential, variable) =>
    inFolder({}, (folder) => {
      const file = `${folder}/secret`;
      const env = { ...SIGN_IN, AZURE_TOKEN_CREDENTIALS: credential, [variable]: file };
      return inEnv(env, () =>
        expectMisconfigured(
          new AzureBlobStorage(ACCOUNT),
          'ENOENT',
          `Nothing was sent, because its credentials cannot be used. Check ${variable}="${file}"`,
        ),
      );
    }),
  );
});
