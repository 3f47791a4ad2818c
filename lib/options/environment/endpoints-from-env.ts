import { readAuthorityFile } from '../../common/settings/authority-file.js';
import { findTextFault } from '../../common/settings/clean-text.js';
import { BetfairConfigurationError } from '../../errors/index.js';
import type { BetfairEndpoints } from '../../identity/jurisdiction.endpoints.js';
import type { EnvironmentReader } from './environment.reader.js';
import { findAddressFault, findOriginFault, findUrlFault } from '../endpoint.checks.js';

/** Reads the addresses that replace Betfair's; `undefined` if no variable is set. */
export function readEndpoints(reader: EnvironmentReader): BetfairEndpoints | undefined {
  const endpoints = {
    certLogin: reader.optional('ENDPOINT_CERT_LOGIN', findFault),
    login: reader.optional('ENDPOINT_LOGIN', findFault),
    keepAlive: reader.optional('ENDPOINT_KEEP_ALIVE', findFault),
    logout: reader.optional('ENDPOINT_LOGOUT', findFault),
    api: reader.optional('ENDPOINT_API', findApiFault),
    stream: reader.optional('ENDPOINT_STREAM', findAddressFault),
  };
  return Object.values(endpoints).some((address) => address !== undefined) ? endpoints : undefined;
}

function findFault(name: string, url: string): string | undefined {
  return findTextFault(name, url) ?? findUrlFault(name, url);
}

function findApiFault(name: string, url: string): string | undefined {
  return findTextFault(name, url) ?? findOriginFault(name, url);
}

/** Reads the certificate authorities (PEM) from the file that `CA_FILE` names. */
export function readAuthorities(reader: EnvironmentReader): string | undefined {
  const file = reader.optional('CA_FILE');
  if (file === undefined) return undefined;
  try {
    return readAuthorityFile(reader.name('CA_FILE'), file);
  } catch (error) {
    if (!(error instanceof BetfairConfigurationError)) throw error;
    for (const fault of error.faults) reader.fault(fault);
    return undefined;
  }
}
