import {
  endpointsOf,
  isJurisdiction,
  jurisdictions,
  sessionLifetimeOf,
} from '../../lib/identity/jurisdiction.endpoints.js';
import type { Jurisdiction } from '../../lib/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Hosts of the Stream API; of other jurisdictions none is known. */
const STREAMS: Partial<Record<Jurisdiction, string>> = {
  global: 'stream-api.betfair.com:443',
  italy: 'stream-api.betfair.it:443',
};

describe('a jurisdiction', () => {
  it.each([
    ['global', 'betfair.com', 'https://api.betfair.com', 12 * HOUR],
    ['italy', 'betfair.it', 'https://api.betfair.it', 20 * MINUTE],
    ['spain', 'betfair.es', 'https://api.betfair.com', 20 * MINUTE],
    ['romania', 'betfair.ro', 'https://api.betfair.com', 12 * HOUR],
    ['sweden', 'betfair.se', 'https://api.betfair.com', 12 * HOUR],
    ['australia', 'betfair.com.au', 'https://api.betfair.com.au', 12 * HOUR],
    ['brazil', 'betfair.bet.br', 'https://api.betfair.com', 12 * HOUR],
  ] as const)('%s has hosts under %s, the API at %s and sessions of %d ms', (...row) => {
    const [jurisdiction, domain, api, lifetime] = row;
    expect(endpointsOf(jurisdiction)).toEqual({
      certLogin: `https://identitysso-cert.${domain}/api/certlogin`,
      login: `https://identitysso.${domain}/api/login`,
      keepAlive: `https://identitysso.${domain}/api/keepAlive`,
      logout: `https://identitysso.${domain}/api/logout`,
      api,
      stream: STREAMS[jurisdiction],
    });
    expect(sessionLifetimeOf(jurisdiction)).toBe(lifetime);
  });

  it('is one of seven', () => {
    expect(jurisdictions).toEqual([
      'global',
      'italy',
      'spain',
      'romania',
      'sweden',
      'australia',
      'brazil',
    ]);
    expect(jurisdictions.every(isJurisdiction)).toBe(true);
    expect(['uk', 'Global', 'constructor', '', undefined, 3, ['italy']].some(isJurisdiction)).toBe(
      false,
    );
  });

  it.each(['certLogin', 'login', 'keepAlive', 'logout', 'api'] as const)(
    'has %s replaced by the URL given, and nothing else',
    (endpoint) => {
      const url = 'https://identitysso.betfair.au/elsewhere';
      expect(endpointsOf('australia', { [endpoint]: url })).toEqual({
        ...endpointsOf('australia'),
        [endpoint]: url,
      });
      expect(endpointsOf('australia', { [endpoint]: undefined })).toEqual(endpointsOf('australia'));
    },
  );
});
