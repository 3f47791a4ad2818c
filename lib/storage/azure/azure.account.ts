import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { AzureBlobStorageOptions } from './azure.options.js';

/** A storage account and how to sign in to it. */
export interface AzureAccount {
  readonly accountName: string;
  /** URL of the blob service, without a `/` at the end; not used with a connection string. */
  readonly url: string;
  /** Access key. Like the two below a secret, and only the first that the environment names is set. */
  readonly key?: string | undefined;
  readonly sasToken?: string | undefined;
  readonly connectionString?: string | undefined;
}

/** @throws BetfairConfigurationError no account is named, or its settings are not valid */
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
      'the account of the Azure session store is not valid. storage_account must be lower-case letters and digits, domain a host such as blob.core.windows.net, and protocol http or https.',
    );
  }
  return inPath ? `${protocol}://${domain}/${name}` : `${protocol}://${name}.${domain}`;
}

/** Reads the account of a connection string. One with a SAS token names it only in a URL. */
function accountIn(connectionString: string | undefined): string | undefined {
  if (connectionString === undefined) return undefined;
  if (/(^|;)UseDevelopmentStorage=true/i.test(connectionString)) return 'devstoreaccount1';
  return (
    /(?:^|;)AccountName=([a-z0-9-]+)/i.exec(connectionString)?.[1] ??
    /(?:^|;)BlobEndpoint=https?:\/\/([a-z0-9-]+)\./i.exec(connectionString)?.[1]
  );
}
