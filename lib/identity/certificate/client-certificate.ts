import { BetfairConfigurationError } from '../../errors/index.js';
import type { ClientCertificate } from '../../options/betfair-session-options.interface.js';
import {
  type CertificateContent,
  type CertificateParts,
  readContent,
} from './certificate.content.js';
import { CertificateNames } from './certificate.names.js';
import { readPart } from './certificate.part.js';

/** What a look at a client certificate found. */
export type CertificateCheck = Pick<CertificateContent, 'faults' | 'validTo'>;

/**
 * Reads the certificate, files anew at every call, so that a rotated one is used at the next login.
 *
 * @throws BetfairConfigurationError it cannot be read, or TLS would not take it
 */
export async function loadClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateContent> {
  const content = readContent(await readParts(source), source.passphrase, now);
  if (content.faults.length > 0) throw new BetfairConfigurationError(content.faults);
  return content;
}

/** Finds what is wrong with the certificate, and when it expires. */
export async function checkClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateCheck> {
  try {
    const { faults, validTo } = readContent(await readParts(source), source.passphrase, now);
    return { faults, ...(validTo && { validTo }) };
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return { faults: error.faults };
    throw error;
  }
}

async function readParts(source: ClientCertificate): Promise<CertificateParts> {
  const names = new CertificateNames(source);
  if ('pfx' in source) return { pfx: await readPart('pfx', source.pfx, names) };
  if ('pem' in source) {
    const pem = await readPart('pem', source.pem, names);
    return { cert: pem, key: pem };
  }
  const [cert, key] = await Promise.allSettled([
    readPart('cert', source.cert, names),
    readPart('key', source.key, names),
  ]);
  if (cert.status === 'fulfilled' && key.status === 'fulfilled') {
    return { cert: cert.value, key: key.value };
  }
  throw together([cert, key]);
}

/** The error of both files, if neither can be read. */
function together(results: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = results.flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  const [first] = reasons;
  const faults = reasons.flatMap((reason) =>
    reason instanceof BetfairConfigurationError ? reason.faults : [],
  );
  return faults.length > 1 ? new BetfairConfigurationError(faults) : first;
}
