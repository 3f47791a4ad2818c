import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { AzureBlobStorageOptions } from './azure.options.js';

/** A storage account and how to sign in to it. */
export interface AzureAccount {
  readonly accountName: string;
  /** Of the blob service, without a `/` at the end; not used with a connection string. */
  readonly url: string;
  /** The first that the environment names; all secret. */
  readonly key?: string | undefined;
  readonly sasToken?: string | undefined;
  readonly connectionString?: string | undefined;
}

/** @throws BetfairConfigurationError no account is named, or in a way that cannot be used */
export function accountOf(
  options: Omit<AzureBlobStorageOptions, 'container' | 'prefix' | 'client'>,
  env: NodeJS.ProcessEnv,
): AzureAccount {
  const named = options.storageAccount ?? env['AZURE_STORAGE_ACCOUNT'];
  const connectionString = env['AZURE_STORAGE_CONNECTION_STRING'];
  const name = named || accountIn(connectionString);
  if (!name) {
    throw new BetfairConfigurationError(
      'the Azure session store has no account. Write it as azblob://my-container?storage_account=name, or set AZURE_STORAGE_ACCOUNT.',
    );
  }
  const account = { accountName: name, url: serviceUrl(name, options, env) };
  const key = env['AZURE_STORAGE_KEY'];
  const sasToken = env['AZURE_STORAGE_SAS_TOKEN']?.replace(/^\?/, '');
  if (key) return { ...account, key };
  if (sasToken) return { ...account, sasToken };
  if (connectionString) return { ...account, connectionString };
  return account;
}

function serviceUrl(
  name: string,
  options: Omit<AzureBlobStorageOptions, 'container' | 'prefix' | 'client'>,
  env: NodeJS.ProcessEnv,
): string {
  const domain = options.domain ?? (env['AZURE_STORAGE_DOMAIN'] || 'blob.core.windows.net');
  const protocol = options.protocol ?? (env['AZURE_STORAGE_PROTOCOL'] || 'https');
  const emulator = env['AZURE_STORAGE_IS_LOCAL_EMULATOR'];
  const inPath = options.localEmulator ?? (emulator === 'true' || emulator === '1');
  if (!/^[a-z0-9-]+$/.test(name) || !/^[\w.:-]+$/.test(domain) || !/^https?$/.test(protocol)) {
    throw new BetfairConfigurationError(
      'the account of the Azure session store makes no URL. Give storage_account as a name in small letters and digits, domain as a host such as blob.core.windows.net, and protocol as http or https.',
    );
  }
  return inPath ? `${protocol}://${domain}/${name}` : `${protocol}://${name}.${domain}`;
}

/** With a SAS token, a connection string names its account in a URL only. */
function accountIn(connectionString: string | undefined): string | undefined {
  if (connectionString === undefined) return undefined;
  if (/(^|;)UseDevelopmentStorage=true/i.test(connectionString)) return 'devstoreaccount1';
  return (
    /(?:^|;)AccountName=([a-z0-9-]+)/i.exec(connectionString)?.[1] ??
    /(?:^|;)BlobEndpoint=https?:\/\/([a-z0-9-]+)\./i.exec(connectionString)?.[1]
  );
}
