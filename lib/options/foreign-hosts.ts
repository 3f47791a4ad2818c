import type { ApplicationLog } from '../common/application-log.js';
import type { ResolvedEndpoints } from '../identity/jurisdiction.endpoints.js';

const BETFAIR_HOST = /(?:^|\.)betfair\.(?:com|it|es|ro|se|au|com\.au|bet\.br)$/;

const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Logs the endpoints that are not Betfair's, as a warning unless all endpoints are on this machine. */
export function announceForeignHosts(
  endpoints: Partial<ResolvedEndpoints>,
  log: Pick<ApplicationLog, 'log' | 'warn'>,
): void {
  const { stream, ...urls } = endpoints;
  const addresses = { ...urls, ...(stream !== undefined && { stream: `https://${stream}` }) };
  const all = Object.entries(addresses).map(([name, url]) => ({ name, url: new URL(url) }));
  const foreign = all.filter(({ url }) => !BETFAIR_HOST.test(url.hostname));
  if (foreign.length === 0) return;
  const named = foreign.map(({ name, url }) => `${name} (${url.host})`).join(', ');
  const rest = foreign.length < all.length ? " The other endpoints are Betfair's." : '';
  const text = `Credentials and sessions are sent to endpoints that are not Betfair's: ${named}.${rest}`;
  const isSimulated = all.every(({ url }) => LOOPBACK_HOST.test(url.hostname));
  if (isSimulated) log.log(text);
  else log.warn(text);
}
