import type { ApplicationLog } from '../common/application-log.js';
import type { ResolvedEndpoints } from '../identity/jurisdiction.endpoints.js';

const BETFAIRS = /(?:^|\.)betfair\.(?:com|it|es|ro|se|au|com\.au|bet\.br)$/;

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Names the endpoints that are not Betfair's; as a warning, unless all of them are on this machine. */
export function announceForeignHosts(
  endpoints: Partial<ResolvedEndpoints>,
  log: ApplicationLog,
): void {
  const { stream, ...urls } = endpoints;
  const addresses = { ...urls, ...(stream !== undefined && { stream: `https://${stream}` }) };
  const all = Object.entries(addresses).map(([name, url]) => ({ name, url: new URL(url) }));
  const foreign = all.filter(({ url }) => !BETFAIRS.test(url.hostname));
  if (foreign.length === 0) return;
  const named = foreign.map(({ name, url }) => `${name} (${url.host})`).join(', ');
  const rest = foreign.length < all.length ? ' The others are.' : '';
  const text = `Endpoints that are not Betfair's, where credentials and sessions go: ${named}.${rest}`;
  const isSimulated = all.every(({ url }) => LOOPBACK.test(url.hostname));
  if (isSimulated) log.log(text);
  else log.warn(text);
}
