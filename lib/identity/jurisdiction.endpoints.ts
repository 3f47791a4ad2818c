import type {
  BetfairEndpoints,
  Jurisdiction,
} from '../options/betfair-session-options.interface.js';

/** Every URL that a session needs. */
export interface ResolvedEndpoints {
  readonly certLogin: string;
  readonly login: string;
  readonly keepAlive: string;
  readonly logout: string;
  readonly api: string;
}

interface JurisdictionFacts {
  /** Suffix of the identity hosts. */
  readonly domain: string;
  readonly api: string;
  /** Milliseconds that a session lives without keep-alive. */
  readonly sessionLifetime: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const API = 'https://api.betfair.com';

/**
 * Hosts and lifetimes as Betfair documents them (May and July 2026). Where nothing official exists the lifetime is 12
 * hours; users can change their own, so both are options too.
 */
const JURISDICTIONS: Readonly<Record<Jurisdiction, JurisdictionFacts>> = {
  global: { domain: 'betfair.com', api: API, sessionLifetime: 12 * HOUR },
  italy: { domain: 'betfair.it', api: 'https://api.betfair.it', sessionLifetime: 20 * MINUTE },
  spain: { domain: 'betfair.es', api: API, sessionLifetime: 20 * MINUTE },
  romania: { domain: 'betfair.ro', api: API, sessionLifetime: 12 * HOUR },
  sweden: { domain: 'betfair.se', api: API, sessionLifetime: 12 * HOUR },
  australia: {
    domain: 'betfair.com.au',
    api: 'https://api.betfair.com.au',
    sessionLifetime: 12 * HOUR,
  },
  brazil: { domain: 'betfair.bet.br', api: API, sessionLifetime: 12 * HOUR },
};

/** The names of all jurisdictions. */
export const jurisdictions: readonly string[] = Object.keys(JURISDICTIONS);

/** Whether a text names a jurisdiction. */
export function isJurisdiction(value: unknown): value is Jurisdiction {
  return typeof value === 'string' && Object.hasOwn(JURISDICTIONS, value);
}

/** Milliseconds that a session lives there without keep-alive. */
export function sessionLifetimeOf(jurisdiction: Jurisdiction): number {
  return JURISDICTIONS[jurisdiction].sessionLifetime;
}

/** The URLs of a jurisdiction, with those replaced that `overrides` names. */
export function endpointsOf(
  jurisdiction: Jurisdiction,
  overrides: BetfairEndpoints = {},
): ResolvedEndpoints {
  const { domain, api } = JURISDICTIONS[jurisdiction];
  return {
    certLogin: overrides.certLogin ?? `https://identitysso-cert.${domain}/api/certlogin`,
    login: overrides.login ?? `https://identitysso.${domain}/api/login`,
    keepAlive: overrides.keepAlive ?? `https://identitysso.${domain}/api/keepAlive`,
    logout: overrides.logout ?? `https://identitysso.${domain}/api/logout`,
    api: overrides.api ?? api,
  };
}
