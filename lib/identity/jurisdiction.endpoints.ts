/** Where the account is registered; it decides hosts and session lifetime. */
export type Jurisdiction =
  'global' | 'italy' | 'spain' | 'romania' | 'sweden' | 'australia' | 'brazil';

/** Addresses that replace those of the jurisdiction: whole URLs, all of them `https:`, except for `stream`. */
export interface BetfairEndpoints {
  /** Login with a client certificate. Receives user name, password and application key. */
  readonly certLogin?: string | undefined;
  /** Interactive login. Receives the same, and the two-factor code. */
  readonly login?: string | undefined;
  /** Receives the token and the application key. */
  readonly keepAlive?: string | undefined;
  /** Receives the token and the application key. */
  readonly logout?: string | undefined;
  /** Base of `SessionService.fetch`, and the only origin that it sends a token to. */
  readonly api?: string | undefined;
  /** Host and port of the Stream API, such as `stream-api.betfair.com:443`. Receives the token and the application key. */
  readonly stream?: string | undefined;
}

/** The addresses of Betfair for an account. */
export interface ResolvedEndpoints {
  readonly certLogin: string;
  readonly login: string;
  readonly keepAlive: string;
  readonly logout: string;
  readonly api: string;
  /** Host and port; `undefined` if no host is documented and the options name none. */
  readonly stream: string | undefined;
}

interface JurisdictionFacts {
  /** Suffix of the identity hosts. */
  readonly domain: string;
  /** Countries as the codes of a login name them, and `COM`. */
  readonly countries: readonly string[];
  readonly api: string;
  /** Host of the Stream API; documented for the global exchange only, and inferred for Italy. */
  readonly stream?: string;
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
  global: {
    domain: 'betfair.com',
    countries: ['COM', 'GB', 'UK', 'IE'],
    api: API,
    stream: 'stream-api.betfair.com',
    sessionLifetime: 12 * HOUR,
  },
  italy: {
    domain: 'betfair.it',
    countries: ['IT'],
    api: 'https://api.betfair.it',
    stream: 'stream-api.betfair.it',
    sessionLifetime: 20 * MINUTE,
  },
  spain: { domain: 'betfair.es', countries: ['ES'], api: API, sessionLifetime: 20 * MINUTE },
  romania: { domain: 'betfair.ro', countries: ['RO'], api: API, sessionLifetime: 12 * HOUR },
  sweden: { domain: 'betfair.se', countries: ['SE'], api: API, sessionLifetime: 12 * HOUR },
  australia: {
    domain: 'betfair.com.au',
    countries: ['AU', 'NZ'],
    api: 'https://api.betfair.com.au',
    sessionLifetime: 12 * HOUR,
  },
  brazil: { domain: 'betfair.bet.br', countries: ['BR'], api: API, sessionLifetime: 12 * HOUR },
};

/** The names of all jurisdictions. */
export const jurisdictions: readonly string[] = Object.keys(JURISDICTIONS);

/** Whether a text names a jurisdiction. */
export function isJurisdiction(value: unknown): value is Jurisdiction {
  return typeof value === 'string' && Object.hasOwn(JURISDICTIONS, value);
}

/** Finds the jurisdiction of a country as a login code names it, such as `ES`. */
export function jurisdictionOfCountry(country: string): Jurisdiction | undefined {
  const names = Object.keys(JURISDICTIONS).filter(isJurisdiction);
  return names.find((name) => JURISDICTIONS[name].countries.includes(country));
}

/** Milliseconds that a session lives there without keep-alive. */
export function sessionLifetimeOf(jurisdiction: Jurisdiction): number {
  return JURISDICTIONS[jurisdiction].sessionLifetime;
}

/** The addresses of a jurisdiction, with those replaced that `overrides` names. */
export function endpointsOf(
  jurisdiction: Jurisdiction,
  overrides: BetfairEndpoints = {},
): ResolvedEndpoints {
  const { domain, api, stream } = JURISDICTIONS[jurisdiction];
  return {
    certLogin: overrides.certLogin ?? `https://identitysso-cert.${domain}/api/certlogin`,
    login: overrides.login ?? `https://identitysso.${domain}/api/login`,
    keepAlive: overrides.keepAlive ?? `https://identitysso.${domain}/api/keepAlive`,
    logout: overrides.logout ?? `https://identitysso.${domain}/api/logout`,
    api: overrides.api ?? api,
    stream: overrides.stream ?? (stream && `${stream}:443`),
  };
}
