import { BetfairConfigurationError } from '../../errors/index.js';
import type { ClientCertificate } from './certificate.options.js';
import {
  type CertificateContent,
  type CertificateParts,
  readContent,
} from './certificate.content.js';
import { CertificateNames } from './certificate.names.js';
import { type CertificatePart, readPart, readPartNow } from './certificate.part.js';

/** Result of the check of a client certificate. */
export type CertificateCheck = Pick<CertificateContent, 'faults' | 'validTo'>;

/**
 * Reads the certificate. Files are read at every call, so that the next login uses a renewed one.
 *
 * @throws BetfairConfigurationError it cannot be read, or TLS would refuse it
 */
export async function loadClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateContent> {
  const parts = assemble(await readParts(source));
  const content = readContent(parts, source.passphrase, now);
  if (content.faults.length > 0) throw new BetfairConfigurationError(content.faults);
  return content;
}

/** Finds the faults of the certificate and its expiry date. */
export async function checkClientCertificate(
  source: ClientCertificate,
  now: Date,
): Promise<CertificateCheck> {
  return check(source, await readParts(source), now);
}

/**
 * Does the same as {@link checkClientCertificate} synchronously, for a start that fails anyway and reports all its
 * faults.
 */
export function checkClientCertificateNow(source: ClientCertificate, now: Date): CertificateCheck {
  const results = sourcesOf(source).map((from): PromiseSettledResult<CertificatePart> => {
    try {
      return { status: 'fulfilled', value: readPartNow(...from) };
    } catch (reason) {
      return { status: 'rejected', reason };
    }
  });
  return check(source, results, now);
}

/** Parts, or the reasons why they could not be read. */
type Results = readonly PromiseSettledResult<CertificatePart>[];

function readParts(source: ClientCertificate): Promise<Results> {
  return Promise.allSettled(sourcesOf(source).map((from) => readPart(...from)));
}

function check(source: ClientCertificate, results: Results, now: Date): CertificateCheck {
  try {
    const { faults, validTo } = readContent(assemble(results), source.passphrase, now);
    return { faults, ...(validTo && { validTo }) };
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return { faults: error.faults };
    throw error;
  }
}

function sourcesOf(source: ClientCertificate): Parameters<typeof readPart>[] {
  const names = new CertificateNames(source);
  // A part with the value undefined counts as missing.
  if ('pfx' in source && source.pfx !== undefined) return [['pfx', source.pfx, names]];
  if ('pem' in source && source.pem !== undefined) return [['pem', source.pem, names]];
  return 'cert' in source
    ? [
        ['cert', source.cert, names],
        ['key', source.key, names],
      ]
    : [];
}

/** @throws BetfairConfigurationError one of them could not be read */
function assemble(results: Results): CertificateParts {
  const parts = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const find = (...names: string[]) => parts.find(({ part }) => names.includes(part));
  const [pfx, cert, key] = [find('pfx'), find('cert', 'pem'), find('key', 'pem')];
  if (pfx) return { pfx };
  if (cert && key) return { cert, key };
  throw joinErrors(results);
}

/** Joins the errors of all parts that could not be read. */
function joinErrors(results: Results): unknown {
  const reasons = results.flatMap((result): unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  const faults = reasons.flatMap((reason) =>
    reason instanceof BetfairConfigurationError ? reason.faults : [],
  );
  return faults.length > 1 ? new BetfairConfigurationError(faults) : reasons[0];
}
