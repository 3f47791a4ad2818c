import { isTokenText } from '../common/session-token.js';
import { isJurisdiction, jurisdictions } from '../identity/jurisdiction.endpoints.js';
import { findStorageFault } from '../storage/storage.factory.js';
import { isStorageKey } from '../storage/storage-key.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import { KNOWN_OPTIONS } from './known-options.js';
import type { ResolvedSessionOptions } from './session-options.resolver.js';
import {
  isClientCertificate,
  isHttps,
  isPemCertificate,
  isStorage,
  isText,
} from './session-options.shapes.js';
import { findTimeFaults } from './time-bounds.js';

const KNOWN_ENDPOINTS = ['certLogin', 'login', 'keepAlive', 'logout', 'api'];

function findUnknown(options: object): string[] {
  return Object.keys(options)
    .filter((option) => !KNOWN_OPTIONS.includes(option))
    .map((option) =>
      option === 'name' || option === 'isGlobal'
        ? `"${option}" is not an option of the account but of the module: move it beside useFactory.`
        : `"${option}" is not an option. The options are: ${KNOWN_OPTIONS.join(', ')}.`,
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
    unless(isText(options.username), 'username: set it to the Betfair user name.'),
    unless(
      isText(options.password) || typeof options.password === 'function',
      'password: set it to the password, or to a function that returns it.',
    ),
    unless(
      isText(options.applicationKey) && isTokenText(options.applicationKey),
      'applicationKey: set it to the application key of the account, without spaces or line breaks.',
    ),
    unless(
      login === undefined || login === 'certificate' || login === 'interactive',
      `login: it is 'interactive' or left out.`,
    ),
    unless(
      login === 'interactive' || isClientCertificate(options.certificate),
      `certificate: set it to { cert, key } or { pem }, each PEM text, a Buffer or { file }, or to { pfx }, a Buffer or { file }; or set login: 'interactive'.`,
    ),
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
    ...Object.entries(resolved.endpoints).map(([endpoint, url]) =>
      unless(
        isHttps(url),
        `endpoints.${endpoint}: it must be a whole https: URL, without user name and password.`,
      ),
    ),
    unless(
      Array.isArray(resolved.ca) && resolved.ca.every(isPemCertificate),
      'ca: it is a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.',
    ),
    ...findTimeFaults(options, resolved),
    isText(storage)
      ? findStorageFault(storage)
      : unless(
          isStorage(storage),
          'storage: it is a URL such as file:./session-data, or an object with read, write and delete.',
        ),
    unless(
      isStorageKey(sessionKey),
      'sessionKey: it consists of letters, digits, ".", "_", "-" and single "/" between names, without "..".',
    ),
    unless(
      resolved.persistence === 'required' || resolved.persistence === 'best-effort',
      `persistence: it is 'required' or 'best-effort'.`,
    ),
  ].filter((fault) => fault !== undefined);
}

function unless(holds: boolean, fault: string): string | undefined {
  return holds ? undefined : fault;
}
