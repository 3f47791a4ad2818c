import { authoritiesOf } from '../common/http/trust.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { checkClientCertificate } from '../identity/certificate/client-certificate.js';
import {
  endpointsOf,
  isJurisdiction,
  sessionLifetimeOf,
} from '../identity/jurisdiction.endpoints.js';
import { defaultSessionKey } from './account-id.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import { isClientCertificate } from './certificate.shape.js';
import { hideSecrets } from './printed-options.js';
import type { ResolvedSessionOptions } from './resolved-options.js';
import { findFaults } from './session-options.checks.js';

const DEFAULT_STORAGE = 'file:./session-data';
const DEFAULT_REQUEST_TIMEOUT_MS = 10_000;
const DEFAULT_RENEWAL_TIMEOUT_MS = 60_000;

/** Options with their defaults, and their faults. */
interface FilledInOptions {
  /** Not to be used if there is a fault. */
  readonly resolved: ResolvedSessionOptions;
  /** Every fault, except those of the content of the certificate. */
  readonly faults: readonly string[];
}

/**
 * Checks options and fills in the defaults.
 *
 * @throws BetfairConfigurationError with every fault named at once
 */
export async function resolveSessionOptions(
  options: BetfairSessionOptions,
): Promise<ResolvedSessionOptions> {
  const { resolved, faults: found } = fillInOptions(options);
  const faults = [...found];
  if (typeof resolved.certificate !== 'function' && isClientCertificate(resolved.certificate)) {
    const check = await checkClientCertificate(resolved.certificate, new Date());
    faults.push(...check.faults);
  }
  if (faults.length > 0) throw new BetfairConfigurationError(faults);
  return resolved;
}

/**
 * Fills in the defaults and finds faults, without a look at the content of the certificate.
 *
 * @throws BetfairConfigurationError there are no options at all
 */
export function fillInOptions(options: BetfairSessionOptions): FilledInOptions {
  if (typeof options !== 'object' || options === null) {
    throw new BetfairConfigurationError(
      'the factory returned no options. Return an object with username, password, applicationKey and certificate.',
    );
  }
  const jurisdiction = isJurisdiction(options.jurisdiction) ? options.jurisdiction : 'global';
  const sessionLifetime = options.sessionLifetime ?? sessionLifetimeOf(jurisdiction);
  const resolved = {
    username: options.username,
    password: options.password,
    twoFactorCode: options.twoFactorCode,
    certificate: options.login === 'interactive' ? undefined : options.certificate,
    applicationKey: options.applicationKey,
    jurisdiction,
    endpoints: endpointsOf(jurisdiction, options.endpoints ?? {}),
    ca: authoritiesOf(options.ca),
    sessionLifetime,
    storage: options.storage ?? DEFAULT_STORAGE,
    sessionKey:
      options.sessionKey ?? defaultSessionKey({ jurisdiction, username: options.username }),
    persistence: options.persistence ?? 'required',
    keepAliveInterval: keepAliveInterval(options.keepAlive, sessionLifetime),
    requestTimeout: options.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT_MS,
    renewalTimeout: options.renewalTimeout ?? DEFAULT_RENEWAL_TIMEOUT_MS,
    telemetry: options.telemetry ?? true,
  } satisfies ResolvedSessionOptions;
  return {
    resolved: hideSecrets<ResolvedSessionOptions>(resolved),
    faults: findFaults(options, resolved),
  };
}

/** Returns the milliseconds between scheduled keepAlives; `undefined` if none are scheduled. */
function keepAliveInterval(
  keepAlive: BetfairSessionOptions['keepAlive'],
  lifetime: number,
): number | undefined {
  if (!keepAlive) return undefined;
  return keepAlive === true ? lifetime / 2 : keepAlive.interval;
}
