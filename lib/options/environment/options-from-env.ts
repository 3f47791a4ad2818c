import { findTextFault } from '../../common/settings/clean-text.js';
import { nameByVariables } from '../../common/settings/variable-names.js';
import { checkClientCertificateNow } from '../../identity/certificate/client-certificate.js';
import { isJurisdiction, jurisdictions } from '../../identity/jurisdiction.endpoints.js';
import type {
  BetfairSessionOptions,
  CommonSessionOptions,
} from '../betfair-session-options.interface.js';
import { readCertificate } from './certificate-from-env.js';
import { readAuthorities, readEndpoints } from './endpoints-from-env.js';
import { EnvironmentReader } from './environment.reader.js';
import { findStorageFault } from '../../storage/storage.factory.js';
import { findStorageKeyFault } from '../session-key.checks.js';
import { findKeyFault } from '../session-options.checks.js';
import { findShortInterval } from '../time-bounds.js';

/** Settings for the names of the variables. */
export interface OptionsFromEnvSettings {
  /**
   * Prefix of every variable.
   *
   * @default 'BETFAIR_'
   */
  readonly prefix?: string | undefined;
}

/**
 * Reads the options from environment variables: `BETFAIR_USERNAME`, `BETFAIR_PASSWORD`, `BETFAIR_APP_KEY`, and a
 * certificate as `BETFAIR_CERT` and `BETFAIR_KEY` (PEM text, `\n` allowed) or `BETFAIR_CERT_FILE` and
 * `BETFAIR_KEY_FILE`, as `BETFAIR_PEM` or `BETFAIR_PEM_FILE` (joined), or as `BETFAIR_PFX` (base64) or
 * `BETFAIR_PFX_FILE`, with `BETFAIR_PASSPHRASE`; or `BETFAIR_LOGIN=interactive`. Optional: `BETFAIR_JURISDICTION`,
 * `BETFAIR_STORAGE`, `BETFAIR_SESSION_KEY`, `BETFAIR_PERSISTENCE`, `BETFAIR_KEEP_ALIVE` (`true`, `false` or
 * milliseconds, at least 60,000); for a simulator or an inspected network `BETFAIR_ENDPOINT_CERT_LOGIN`,
 * `BETFAIR_ENDPOINT_LOGIN`, `BETFAIR_ENDPOINT_KEEP_ALIVE`, `BETFAIR_ENDPOINT_LOGOUT` and `BETFAIR_ENDPOINT_API` (whole
 * URLs), `BETFAIR_ENDPOINT_STREAM` (host and port), and `BETFAIR_CA_FILE` (certificate authorities, PEM, read at once).
 *
 * @throws BetfairConfigurationError naming every variable that is missing or cannot be read
 */
export function betfairSessionOptionsFromEnv(
  env: Readonly<Record<string, string | undefined>> = process.env,
  { prefix = 'BETFAIR_' }: OptionsFromEnvSettings = {},
): BetfairSessionOptions {
  const reader = new EnvironmentReader(env, prefix);
  const common = readCommon(reader);
  const login = reader.oneOf('LOGIN', ['certificate', 'interactive']);
  const certificate = login === 'interactive' ? undefined : readCertificate(reader);
  // The start fails anyway, so it also names the faults of the certificate.
  reader.throwFaults(() =>
    certificate ? checkClientCertificateNow(certificate, new Date()).faults : [],
  );
  if (certificate !== undefined) return { ...common, certificate };
  return { ...common, login: 'interactive' };
}

function readCommon(reader: EnvironmentReader): CommonSessionOptions {
  const jurisdiction = reader.oneOf('JURISDICTION', jurisdictions);
  return {
    username: reader.required('USERNAME', findTextFault),
    password: reader.required('PASSWORD', findTextFault),
    applicationKey: reader.required('APP_KEY', findKeyFault),
    jurisdiction: isJurisdiction(jurisdiction) ? jurisdiction : undefined,
    storage: reader.optional('STORAGE', (name, url) => findStorageFault(url, name)),
    sessionKey: reader.optional('SESSION_KEY', findStorageKeyFault),
    persistence: reader.oneOf('PERSISTENCE', ['required', 'best-effort']),
    keepAlive: readKeepAlive(reader),
    endpoints: readEndpoints(reader),
    ca: readAuthorities(reader),
  };
}

function readKeepAlive(reader: EnvironmentReader): CommonSessionOptions['keepAlive'] {
  const text = reader.optional('KEEP_ALIVE');
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  const name = reader.name('KEEP_ALIVE');
  const isNumber = /^[1-9]\d*$/.test(text);
  const fault = isNumber
    ? findShortInterval(name, Number(text))
    : `${name}: must be true, false or a number of milliseconds.`;
  if (fault === undefined) return nameByVariables({ interval: Number(text) }, { interval: name });
  reader.fault(fault);
  return undefined;
}
