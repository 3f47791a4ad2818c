import { findTextFault } from '../common/clean-text.js';
import { isTokenText } from '../common/session-token.js';
import { isPathLike } from '../common/path-text.js';
import { parseAddress } from '../common/host-and-port.js';
import { isPemCertificate } from '../common/pem-certificate.js';
import { isJurisdiction, jurisdictions } from '../identity/jurisdiction.endpoints.js';
import { findStorageFault } from '../storage/storage.factory.js';
import { isStorageKey } from '../storage/contract/storage-key.js';
import { defaultSessionKey } from './account-id.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import { KNOWN_OPTIONS } from './known-options.js';
import type { ResolvedSessionOptions } from './resolved-options.js';
import { findShapeFault } from './certificate.shape.js';
import { isHttps, isStorage, isText } from './session-options.shapes.js';
import { findTimeFaults } from './time-bounds.js';

const KNOWN_ENDPOINTS = ['certLogin', 'login', 'keepAlive', 'logout', 'api', 'stream'];

function findUnknown(options: object): string[] {
  return Object.keys(options)
    .filter((option) => !KNOWN_OPTIONS.includes(option))
    .map((option) =>
      option === 'name' || option === 'isGlobal'
        ? `"${option}" is not an option of the account but of the module: move it beside useFactory.`
        : `"${option}" is not an option. The options are: ${KNOWN_OPTIONS.join(', ')}.`,
    );
}

/** The fault of an application key, by the name that the user set. */
export function findKeyFault(name: string, key: unknown): string | undefined {
  const stray = isText(key) ? findTextFault(name, key) : undefined;
  if (stray !== undefined || (isText(key) && isTokenText(key))) return stray;
  return `${name}: set it to the application key of the account, without spaces or line breaks.`;
}

/** The fault of the name of the stored object. */
export function findStorageKeyFault(name: string, key: unknown): string | undefined {
  if (!isStorageKey(key)) {
    return `${name}: it consists of letters, digits, ".", "_", "-" and single "/" between names, without "..".`;
  }
  return unless(
    // Some file systems take capitals and small letters for the same.
    !/\.lease$/i.test(key),
    `${name}: it must not end in ".lease", because "<sessionKey>.lease" is the login record of another sessionKey. Choose a name such as "session.token".`,
  );
}

/** The names that sessions have by default. */
const DEFAULT_KEY = /(?:^|\/)session-[0-9a-f]{16}\.token$/i;

/** Finds a name that another account has without choosing it, and so without looking whose it is. */
function findForeignKey(resolved: ResolvedSessionOptions): string | undefined {
  const { sessionKey } = resolved;
  return unless(
    !DEFAULT_KEY.test(sessionKey) || sessionKey === defaultSessionKey(resolved),
    `sessionKey: "${sessionKey}" is the name that the session of another Betfair account has by default, that is, of another user name or jurisdiction. Leave sessionKey out, or choose a name such as "session.token".`,
  );
}

/** Every fault of the options, each with its fix; those of the certificate's content aside. */
export function findFaults(
  options: BetfairSessionOptions,
  resolved: ResolvedSessionOptions,
): string[] {
  const { login }: { login?: unknown } = options;
  const { storage, sessionKey } = resolved;
  return [
    ...findUnknown(options),
    isText(options.username)
      ? findTextFault('username', options.username)
      : 'username: set it to the Betfair user name.',
    isText(options.password)
      ? findTextFault('password', options.password)
      : unless(
          typeof options.password === 'function',
          'password: set it to the password, or to a function that returns it.',
        ),
    findKeyFault('applicationKey', options.applicationKey),
    unless(
      login === undefined || login === 'certificate' || login === 'interactive',
      `login: it is 'interactive' or left out.`,
    ),
    login === 'interactive' || typeof options.certificate === 'function'
      ? undefined
      : findShapeFault(options.certificate),
    unless(
      login !== 'interactive' || options.certificate === undefined,
      `certificate: it is not used with login: 'interactive'; leave one of the two out.`,
    ),
    unless(
      options.twoFactorCode === undefined ||
        (login === 'interactive' && typeof options.twoFactorCode === 'function'),
      `twoFactorCode: it is a function, and goes only with login: 'interactive'.`,
    ),
    unless(
      options.jurisdiction === undefined || isJurisdiction(options.jurisdiction),
      `jurisdiction: it is one of ${jurisdictions.join(', ')}.`,
    ),
    ...Object.keys(options.endpoints ?? {})
      .filter((endpoint) => !KNOWN_ENDPOINTS.includes(endpoint))
      .map(
        (endpoint) =>
          `endpoints.${endpoint}: there is no such endpoint. They are: ${KNOWN_ENDPOINTS.join(', ')}.`,
      ),
    ...Object.entries(resolved.endpoints).map(([endpoint, address]) =>
      findEndpointFault(endpoint, address),
    ),
    findAuthorityFault(resolved.ca),
    ...findTimeFaults(options, resolved),
    isText(storage)
      ? findStorageFault(storage)
      : unless(
          isStorage(storage),
          'storage: it is a URL such as file:./session-data, or an object with read, write and delete that has no method "then".',
        ),
    findStorageKeyFault('sessionKey', sessionKey) ?? findForeignKey(resolved),
    unless(
      resolved.persistence === 'required' || resolved.persistence === 'best-effort',
      `persistence: it is 'required' or 'best-effort'.`,
    ),
  ].filter((fault) => fault !== undefined);
}

function findEndpointFault(endpoint: string, address: unknown): string | undefined {
  const name = `endpoints.${endpoint}`;
  if (endpoint === 'api') return findOriginFault(name, address);
  if (endpoint !== 'stream') return findUrlFault(name, address);
  return address === undefined ? undefined : findAddressFault(name, address);
}

/** The fault of a URL that takes the place of one of Betfair's. */
export function findUrlFault(name: string, url: unknown): string | undefined {
  return unless(
    isHttps(url),
    `${name}: it must be a whole https: URL, without user name and password.`,
  );
}

/** The fault of the URL of the API: a path of its own would be lost. */
export function findOriginFault(name: string, url: unknown): string | undefined {
  const fault = findUrlFault(name, url);
  if (fault !== undefined || typeof url !== 'string') return fault;
  const { pathname, search, hash } = new URL(url);
  return unless(
    pathname === '/' && search === '' && hash === '',
    `${name}: it must end after the host, such as https://api.betfair.com, without a path.`,
  );
}

/** The fault of the address of the Stream API. */
export function findAddressFault(name: string, address: unknown): string | undefined {
  return unless(
    typeof address === 'string' && parseAddress(address) !== undefined,
    `${name}: it must be a host and a port, such as stream-api.betfair.com:443.`,
  );
}

function findAuthorityFault(ca: unknown): string | undefined {
  if (Array.isArray(ca) && ca.every(isPemCertificate)) return undefined;
  const isPath = Array.isArray(ca) && ca.some((one) => typeof one === 'string' && isPathLike(one));
  return isPath
    ? "ca: it is what the file holds, not its path. Read it: readFileSync('company.pem')."
    : 'ca: it is a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.';
}

function unless(holds: boolean, fault: string): string | undefined {
  return holds ? undefined : fault;
}
