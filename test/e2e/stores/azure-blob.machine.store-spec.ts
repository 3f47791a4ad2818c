import { AzureBlobStorage } from 'nestjs-betfair-session';
import { FaultProxy } from './fault.proxy.mjs';
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

describe('AzureBlobStorage, when the clock of the machine is off', () => {
  it('says by how much', async () => {
    const proxy = await FaultProxy.start('http://127.0.0.1:9');
    proxy.always({
      status: 403,
      headers: {
        'content-type': 'application/xml',
        'x-ms-error-code': 'AuthenticationFailed',
        date: new Date(Date.now() + 20 * 60_000).toUTCString(),
      },
      body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to authenticate the request.</Message><AuthenticationErrorDetail>Request date header too old: 'Mon, 30 Nov 2026 06:36:19 GMT'</AuthenticationErrorDetail></Error>`,
    });
    const env = { AZURE_STORAGE_KEY: Buffer.from('CANARY').toString('base64') };
    const domain = new URL(proxy.origin).host;
    await inEnv(env, () =>
      expectMisconfigured(
        new AzureBlobStorage({ ...ACCOUNT, domain, protocol: 'http', localEmulator: true }),
        'RequestDateRefused, 403',
        'The clock of this machine is 20 minutes off. Set it with NTP.',
      ),
    );
    await proxy.stop();
  });
});
