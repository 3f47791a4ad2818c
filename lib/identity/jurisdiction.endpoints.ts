/** Betfair site where the account is registered. It decides hosts and session lifetime. */
export type Jurisdiction =
  'global' | 'italy' | 'spain' | 'romania' | 'sweden' | 'australia' | 'brazil';

/** Addresses that replace those of the jurisdiction: complete `https:` URLs, except for `stream`. */
export interface BetfairEndpoints {
  /** URL of the certificate login. Receives user name, password and application key. */
  readonly certLogin?: string | undefined;
  /** URL of the interactive login. Receives user name, password, two-factor code and application key. */
  readonly login?: string | undefined;
  /** URL of keepAlive. Receives the token and the application key. */
  readonly keepAlive?: string | undefined;
  /** URL of logout. Receives the token and the application key. */
  readonly logout?: string | undefined;
  /** Base of `SessionService.fetch`, and the only origin that it sends a token to. */
  readonly api?: string | undefined;
  /**
   * Host and port of the Stream API, such as `stream-api.betfair.com:443`. Receives the token and the application key.
   */
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
  /** Countries in login codes, and `COM`. */
  readonly countries: readonly string[];
  readonly api: string;
  /** Host of the Stream API; documented for the global exchange only, and inferred for Italy. */
  readonly stream?: string;
  /** Milliseconds that a session lives without keep-alive. */
  readonly sessionLifetime: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const API = 'https://api.betfair.com';

/**
 * Hosts and lifetimes from Betfair's documentation (May and July 2026). Without a documented lifetime it is 12 hours.
 * Users can change the lifetime of their account, so both are options too.
 */
const JURISDICTIONS: Readonly<Record<Jurisdiction, JurisdictionFacts>> = {
  global: {
    domain: 'betfair.com',
    countries: ['COM', 'GB', 'UK', 'IE'],
    api: API,
    stream: 'stream-api.betfair.com',
    sessionLifetime: 12 * HOUR_MS,
  },
  italy: {
    domain: 'betfair.it',
    countries: ['IT'],
    api: 'https://api.betfair.it',
    stream: 'stream-api.betfair.it',
    sessionLifetime: 20 * MINUTE_MS,
  },
  spain: { domain: 'betfair.es', countries: ['ES'], api: API, sessionLifetime: 20 * MINUTE_MS },
  romania: { domain: 'betfair.ro', countries: ['RO'], api: API, sessionLifetime: 12 * HOUR_MS },
  sweden: { domain: 'betfair.se', countries: ['SE'], api: API, sessionLifetime: 12 * HOUR_MS },
  australia: {
    domain: 'betfair.com.au',
    countries: ['AU', 'NZ'],
    api: 'https://api.betfair.com.au',
    sessionLifetime: 12 * HOUR_MS,
  },
  brazil: { domain: 'betfair.bet.br', countries: ['BR'], api: API, sessionLifetime: 12 * HOUR_MS },
};

/** The names of all jurisdictions. */
export const jurisdictions: readonly string[] = Object.keys(JURISDICTIONS);

/** Tells if a value is the name of a jurisdiction. */
export function isJurisdiction(value: unknown): value is Jurisdiction {
  return typeof value === 'string' && Object.hasOwn(JURISDICTIONS, value);
}

/** Finds the jurisdiction of a country in a login code, such as `ES`. */
export function jurisdictionOfCountry(country: string): Jurisdiction | undefined {
  const names = Object.keys(JURISDICTIONS).filter(isJurisdiction);
  return names.find((name) => JURISDICTIONS[name].countries.includes(country));
}

/** Milliseconds that a session lives there without keep-alive. */
export function sessionLifetimeOf(jurisdiction: Jurisdiction): number {
  return JURISDICTIONS[jurisdiction].sessionLifetime;
}

/** Returns the addresses of a jurisdiction, with `overrides` in place of some. */
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
