import { number, read, text } from '../../common/unknown-values.js';
import type { CloudFault, CloudWords } from '../cloud/cloud.errors.js';
import { fileFaultIn } from '../cloud/cloud.local-fault.js';

/** Names of the errors of `@azure/identity`. */
const SIGN_IN = /^(?:Aggregate)?Authentication(?:Required)?Error$|^CredentialUnavailableError$/;

function azureFault(error: unknown): CloudFault {
  const details = read(error, 'details');
  const code = text(error, 'code') ?? text(details, 'errorCode') ?? text(error, 'name');
  if (code !== undefined && SIGN_IN.test(code)) {
    // The SDK invents the status of these errors if there was no answer.
    const message = text(error, 'message') ?? '';
    const fileFault = fileFaultIn(message);
    if (fileFault) return { ...fileFault, status: undefined };
    const network = /endpoints_resolution_error|network_error/.exec(message)?.[0];
    if (network !== undefined) return { code: network, status: undefined };
  }
  const status = number(error, 'statusCode');
  if (/date header/i.test(text(details, 'authenticationErrorDetail') ?? '')) {
    return { code: 'RequestDateRefused', status, serverTime: text(details, 'date') };
  }
  return { code, status };
}

/** Verdicts on the codes of Azure, and advice for its failures. */
export const AZURE_WORDS: Omit<CloudWords, 'place'> = {
  faultOf: azureFault,
  verdicts: {
    BlobNotFound: 'absent',
    BlobAlreadyExists: 'conflict',
    ContainerNotFound: 'misconfigured',
    InvalidBlobType: 'misconfigured',
    LeaseIdMissing: 'denied',
    PublicAccessNotPermitted: 'denied',
    RequestDateRefused: 'skewed',
    AggregateAuthenticationError: 'anonymous',
    AuthenticationError: 'denied',
    AuthenticationRequiredError: 'anonymous',
    CredentialUnavailableError: 'anonymous',
    ConditionHeadersNotSupported: 'unsupported',
  },
  permissions: {
    read: 'the right to read blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "r"',
    write:
      'the right to write blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "c" and "w"',
    delete:
      'the right to delete blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "d"',
  },
  advice: {
    anonymous:
      'No credentials were found. Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, sign in with the Azure CLI, or give the machine a managed identity.',
    misconfigured:
      'Check that the container exists, and check its name and the name of the account.',
    unavailable:
      'This is usually temporary. If it continues, check the network, the name of the account and the service.',
    unsupported:
      'It does not support conditional requests. Use an account that does, or another storage.',
  },
  credentials: {
    values: [],
    files: ['AZURE_FEDERATED_TOKEN_FILE', 'AZURE_CLIENT_CERTIFICATE_PATH'],
  },
};
