import { readFileSync, statSync } from 'node:fs';
import { BetfairConfigurationError } from '../../errors/index.js';
import { findNoPath, quotedPath } from './path-text.js';
import { isPemCertificate } from '../pem-certificate.js';
import { unreadableFile } from './unreadable-file.js';

/**
 * Reads a PEM file with certificates of authorities.
 *
 * @param name - option or variable that holds the path
 * @throws BetfairConfigurationError the path is not valid, or the file cannot be read or holds something else
 */
export function readAuthorityFile(name: string, file: string): string {
  const noPath = findNoPath(file);
  if (noPath !== undefined) {
    throw new BetfairConfigurationError(
      `${name} ${noPath.said}. Give the path of the file and nothing else.`,
    );
  }
  const text = readText(name, file);
  if (isPemCertificate(text)) return text;
  throw new BetfairConfigurationError(
    `${name}: the file ${quotedPath(file)} must hold PEM certificates ("-----BEGIN CERTIFICATE-----") that can all be read.`,
  );
}

function readText(name: string, file: string): string {
  try {
    const found = statSync(file);
    // Reading a pipe or a device may never end.
    if (found.isFile() || found.isDirectory()) return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadableFile(name, file, error);
  }
  throw new BetfairConfigurationError(
    `${name}: ${quotedPath(file)} is a pipe or a device, not a file. Write its content to a file.`,
  );
}
