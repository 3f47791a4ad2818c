import { readAuthorityFile } from '../../common/settings/authority-file.js';
import { type Trust, trusting } from '../../common/http/trust.js';
import { isPemCertificate } from '../../common/pem-certificate.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';

/** Authority that signs the certificate of a store: PEM or a file, and the name of the setting. */
export interface StoreAuthority {
  readonly name: string;
  readonly source: string | Buffer | { readonly file: string };
}

/** Authority of the option `ca`, which wins, or of a parameter of the URL. */
export function authorityOf(
  ca: string | Buffer | undefined,
  parameter: string,
  file: string | undefined,
): StoreAuthority | undefined {
  if (ca !== undefined) return { name: 'ca of the session store', source: ca };
  if (file === undefined) return undefined;
  return { name: `${parameter} of the storage URL`, source: { file } };
}

/**
 * TLS settings that trust this authority in addition to the usual ones, and always check the certificate.
 *
 * @throws BetfairConfigurationError the file cannot be read, or does not hold a certificate
 */
export function trustingStore(authority: StoreAuthority | undefined): Trust {
  return trusting(authority === undefined ? [] : [readAuthority(authority)]);
}

function readAuthority({ name, source }: StoreAuthority): string | Buffer {
  if (typeof source === 'object' && 'file' in source) return readAuthorityFile(name, source.file);
  if (isPemCertificate(source)) return source;
  throw new BetfairConfigurationError(
    `${name} must be a PEM certificate ("-----BEGIN CERTIFICATE-----").`,
  );
}
