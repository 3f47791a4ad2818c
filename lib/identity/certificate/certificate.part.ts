import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { findNoPath, quotedPath } from '../../common/settings/path-text.js';
import { unreadableFile } from '../../common/settings/unreadable-file.js';
import { BetfairConfigurationError } from '../../errors/index.js';
import type { CertificateSource } from './certificate.options.js';
import type { CertificateNames, PartName } from './certificate.names.js';

/** One part of a client certificate, as it was read. */
export interface CertificatePart {
  readonly part: PartName;
  readonly bytes: Buffer;
  /** Start of a message about the part: its setting, and its file if there is one. */
  readonly label: string;
  readonly names: CertificateNames;
}

/** @throws BetfairConfigurationError the path is not valid, or its file cannot be read */
export async function readPart(
  part: PartName,
  source: CertificateSource,
  names: CertificateNames,
): Promise<CertificatePart> {
  const found = locate(part, source, names);
  if ('bytes' in found) return found;
  try {
    assertFile(found, await stat(found.file));
    return { ...found, bytes: await readFile(found.file) };
  } catch (error) {
    throw unreadable(found, error);
  }
}

/** Does the same as {@link readPart} synchronously, for a start that fails anyway and reports all its faults. */
export function readPartNow(
  part: PartName,
  source: CertificateSource,
  names: CertificateNames,
): CertificatePart {
  const found = locate(part, source, names);
  if ('bytes' in found) return found;
  try {
    assertFile(found, statSync(found.file));
    return { ...found, bytes: readFileSync(found.file) };
  } catch (error) {
    throw unreadable(found, error);
  }
}

/** A part whose file is still to be read. */
type FilePart = Omit<CertificatePart, 'bytes'> & { readonly file: string };

function locate(
  part: PartName,
  source: CertificateSource,
  names: CertificateNames,
): CertificatePart | FilePart {
  const name = names.of(part);
  if (typeof source === 'string') return { part, bytes: Buffer.from(source), label: name, names };
  if (Buffer.isBuffer(source)) return { part, bytes: source, label: name, names };
  const { file } = source;
  assertPath(part, file, names);
  return { part, file, label: `${name} (${quotedPath(file)})`, names };
}

function assertPath(part: PartName, file: string, names: CertificateNames): void {
  const found = findNoPath(file);
  if (found === undefined) return;
  const asText = part === 'pfx' && !names.areVariables ? 'as a Buffer' : `as ${names.asText(part)}`;
  const fix = found.isContent
    ? `Give the path of the file, or give its content ${asText}.`
    : 'Give the path and nothing else.';
  throw new BetfairConfigurationError(`${names.asFile(part)} ${found.said}. ${fix}`);
}

/** Refuses a pipe or a device: reading it may never end, or work only once. */
function assertFile({ part, file, names }: FilePart, found: Stats): void {
  if (found.isFile() || found.isDirectory()) return;
  throw new BetfairConfigurationError(
    `${names.of(part)}: ${quotedPath(file)} is a pipe or a device, not a file. It is read again at each login, so write its content to a file.`,
  );
}

function unreadable({ part, file, names }: FilePart, error: unknown): BetfairConfigurationError {
  if (error instanceof BetfairConfigurationError) return error;
  return unreadableFile(names.of(part), file, error);
}
