import { readFile } from 'node:fs/promises';
import { type Trust, trusting } from '../../common/http/trust.js';
import { findNoPath, quotedPath } from '../../common/path-text.js';
import { isPemCertificate } from '../../common/pem-certificate.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { safeCause } from '../../errors/safe-cause.js';
import { text } from './foreign.fields.js';

/** An authority that signs the certificates of a store: PEM, or a file with it, and how the user named it. */
export interface StoreAuthority {
  readonly name: string;
  readonly source: string | Buffer | { readonly file: string };
}

/** The authority that options name: by the option, which wins, or by a parameter of the URL. */
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
 * TLS settings that trust an authority of the store's own beside the usual ones, and always check the certificate.
 *
 * @throws BetfairConfigurationError the file cannot be read, or it is no certificate
 */
export async function trustingStore(authority: StoreAuthority | undefined): Promise<Trust> {
  return trusting(authority === undefined ? [] : [await readAuthority(authority)]);
}

async function readAuthority({ name, source }: StoreAuthority): Promise<string | Buffer> {
  const isFile = typeof source === 'object' && 'file' in source;
  const pem = isFile ? await readNamed(name, source.file) : source;
  if (isPemCertificate(pem)) return pem;
  const place = isFile ? `${name}: the file ${quotedPath(source.file)} holds` : `${name} is`;
  throw new BetfairConfigurationError(
    `${place} no certificate in PEM ("-----BEGIN CERTIFICATE-----").`,
  );
}

async function readNamed(name: string, file: string): Promise<Buffer> {
  const oddity = findNoPath(file);
  if (oddity) throw new BetfairConfigurationError(`${name} ${oddity.said}. Give the path.`);
  try {
    return await readFile(file);
  } catch (error) {
    // Without its text, which quotes the path unseen.
    const cause = safeCause({ name: 'Error', code: text(error, 'code') });
    throw new BetfairConfigurationError(
      `${name}: the file ${quotedPath(file)} cannot be read (${cause.message}). A relative path counts from the working directory.`,
      { cause },
    );
  }
}
