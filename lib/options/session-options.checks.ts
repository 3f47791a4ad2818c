import { isText } from '../common/unknown-values.js';
import { findTextFault } from '../common/settings/clean-text.js';
import { isPathLike } from '../common/settings/path-text.js';
import { isPemCertificate } from '../common/pem-certificate.js';
import { isTokenText } from '../common/session-token.js';
import { isJurisdiction, jurisdictions } from '../identity/jurisdiction.endpoints.js';
import { findStorageFault } from '../storage/storage.factory.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import { findShapeFault } from './certificate.shape.js';
import { findEndpointFault, findUnknownEndpoints } from './endpoint.checks.js';
import { KNOWN_OPTIONS } from './known-options.js';
import type { ResolvedSessionOptions } from './resolved-options.js';
import { findForeignKey, findStorageKeyFault } from './session-key.checks.js';
import { isStorage } from './session-options.shapes.js';
import { findTimeFaults } from './time-bounds.js';

/** Finds every fault of the options, each with its fix, except those of the certificate's content. */
export function findFaults(
  options: BetfairSessionOptions,
  resolved: ResolvedSessionOptions,
): string[] {
  const { jurisdiction, username } = options;
  const { ca, endpoints, persistence, sessionKey, storage, telemetry } = resolved;
  return [
    ...findUnknownOptions(options),
    isText(username)
      ? findTextFault('username', username)
      : 'username: set it to the Betfair user name.',
    findPasswordFault(options.password),
    findKeyFault('applicationKey', options.applicationKey),
    ...findLoginFaults(options),
    unless(
      jurisdiction === undefined || isJurisdiction(jurisdiction),
      `jurisdiction: must be one of ${jurisdictions.join(', ')}.`,
    ),
    ...findUnknownEndpoints(options.endpoints ?? {}),
    ...Object.entries(endpoints).map(([name, address]) => findEndpointFault(name, address)),
    findAuthorityFault(ca),
    ...findTimeFaults(options, resolved),
    isText(storage)
      ? findStorageFault(storage)
      : unless(
          isStorage(storage),
          'storage: must be a URL such as file:./session-data, or an object with read, write and delete that has no method "then".',
        ),
    findStorageKeyFault('sessionKey', sessionKey) ?? findForeignKey(resolved),
    unless(
      persistence === 'required' || persistence === 'best-effort',
      `persistence: must be 'required' or 'best-effort'.`,
    ),
    unless(typeof telemetry === 'boolean', 'telemetry: must be true or false.'),
  ].filter((fault) => fault !== undefined);
}

function findUnknownOptions(options: object): string[] {
  return Object.keys(options)
    .filter((option) => !KNOWN_OPTIONS.includes(option))
    .map((option) =>
      option === 'name' || option === 'isGlobal'
        ? `"${option}" is an option of the module, not of the account: move it next to useFactory.`
        : `"${option}" is not an option. The options are: ${KNOWN_OPTIONS.join(', ')}.`,
    );
}

function findPasswordFault(password: unknown): string | undefined {
  if (isText(password)) return findTextFault('password', password);
  return unless(
    typeof password === 'function',
    'password: set it to the password, or to a function that returns it.',
  );
}

/** Finds the fault of an application key. `name` is what the user set: the option or the variable. */
export function findKeyFault(name: string, key: unknown): string | undefined {
  const stray = isText(key) ? findTextFault(name, key) : undefined;
  if (stray !== undefined || (isText(key) && isTokenText(key))) return stray;
  return `${name}: set it to the application key of the account, without spaces or line breaks.`;
}

function findLoginFaults(options: BetfairSessionOptions): (string | undefined)[] {
  const { certificate, twoFactorCode } = options;
  const { login }: { login?: unknown } = options;
  const isInteractive = login === 'interactive';
  return [
    unless(
      login === undefined || login === 'certificate' || isInteractive,
      `login: must be 'certificate' or 'interactive', or left out.`,
    ),
    isInteractive || typeof certificate === 'function' ? undefined : findShapeFault(certificate),
    unless(
      !isInteractive || certificate === undefined,
      `certificate: must not be set with login: 'interactive'. Remove one of the two.`,
    ),
    unless(
      twoFactorCode === undefined || (isInteractive && typeof twoFactorCode === 'function'),
      `twoFactorCode: must be a function, and may be set only with login: 'interactive'.`,
    ),
  ];
}

function findAuthorityFault(ca: unknown): string | undefined {
  if (Array.isArray(ca) && ca.every(isPemCertificate)) return undefined;
  const isPath = Array.isArray(ca) && ca.some((one) => typeof one === 'string' && isPathLike(one));
  return isPath
    ? "ca: must be the content of the file, not its path. Read it: readFileSync('company.pem')."
    : 'ca: must be a PEM certificate ("-----BEGIN CERTIFICATE-----"), or an array of them.';
}

function unless(holds: boolean, fault: string): string | undefined {
  return holds ? undefined : fault;
}
