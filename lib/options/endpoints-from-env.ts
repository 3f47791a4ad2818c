import { readFileSync, statSync } from 'node:fs';
import { findTextFault } from '../common/clean-text.js';
import { findNoPath, quotedPath } from '../common/path-text.js';
import { isPemCertificate } from '../common/pem-certificate.js';
import { unreadableFile } from '../common/unreadable-file.js';
import type { BetfairEndpoints } from './betfair-session-options.interface.js';
import type { EnvironmentReader } from './environment.reader.js';
import { findUrlFault } from './session-options.checks.js';

/** The URLs that take the place of Betfair's; nothing if no variable names one. */
export function readEndpoints(reader: EnvironmentReader): BetfairEndpoints | undefined {
  const endpoints = {
    certLogin: reader.optional('ENDPOINT_CERT_LOGIN', findFault),
    login: reader.optional('ENDPOINT_LOGIN', findFault),
    keepAlive: reader.optional('ENDPOINT_KEEP_ALIVE', findFault),
    logout: reader.optional('ENDPOINT_LOGOUT', findFault),
    api: reader.optional('ENDPOINT_API', findFault),
  };
  return Object.values(endpoints).some((url) => url !== undefined) ? endpoints : undefined;
}

function findFault(name: string, url: string): string | undefined {
  return findTextFault(name, url) ?? findUrlFault(name, url);
}

/** The authorities in the file of `CA_FILE`, PEM. */
export function readAuthorities(reader: EnvironmentReader): string | undefined {
  const file = reader.optional('CA_FILE');
  if (file === undefined) return undefined;
  const name = reader.name('CA_FILE');
  const noPath = findNoPath(file);
  if (noPath !== undefined) {
    reader.fault(`${name} ${noPath.said}. Give the path of the file and nothing else.`);
    return undefined;
  }
  try {
    const found = statSync(file);
    // Reading anything else may never end.
    if (!found.isFile() && !found.isDirectory()) {
      reader.fault(
        `${name}: ${quotedPath(file)} is not a file but a pipe or a device. Write what it gives to a file.`,
      );
      return undefined;
    }
    const text = readFileSync(file, 'utf8');
    if (isPemCertificate(text)) return text;
    reader.fault(
      `${name}: the file ${quotedPath(file)} does not hold certificates in PEM ("-----BEGIN CERTIFICATE-----"), each of which can be read.`,
    );
  } catch (error) {
    for (const fault of unreadableFile(name, file, error).faults) reader.fault(fault);
  }
  return undefined;
}
