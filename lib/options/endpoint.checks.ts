import { parseAddress } from '../common/host-and-port.js';
import { isHttps } from './session-options.shapes.js';

const KNOWN_ENDPOINTS = ['certLogin', 'login', 'keepAlive', 'logout', 'api', 'stream'];

/** Finds endpoints that do not exist, such as a misspelt one. */
export function findUnknownEndpoints(endpoints: object): string[] {
  return Object.keys(endpoints)
    .filter((endpoint) => !KNOWN_ENDPOINTS.includes(endpoint))
    .map(
      (endpoint) =>
        `endpoints.${endpoint}: there is no such endpoint. Use one of ${KNOWN_ENDPOINTS.join(', ')}.`,
    );
}

export function findEndpointFault(endpoint: string, address: unknown): string | undefined {
  const name = `endpoints.${endpoint}`;
  if (endpoint === 'api') return findOriginFault(name, address);
  if (endpoint !== 'stream') return findUrlFault(name, address);
  return address === undefined ? undefined : findAddressFault(name, address);
}

/** Finds the fault of a URL that replaces one of Betfair's. */
export function findUrlFault(name: string, url: unknown): string | undefined {
  if (isHttps(url)) return undefined;
  return `${name}: must be a whole https: URL, without user name and password.`;
}

/** Finds the fault of the URL of the API, which cannot have a path. */
export function findOriginFault(name: string, url: unknown): string | undefined {
  const fault = findUrlFault(name, url);
  if (fault !== undefined || typeof url !== 'string') return fault;
  const { pathname, search, hash } = new URL(url);
  if (pathname === '/' && search === '' && hash === '') return undefined;
  return `${name}: must end after the host, such as https://api.betfair.com, without a path.`;
}

/** Finds the fault of the address of the Stream API. */
export function findAddressFault(name: string, address: unknown): string | undefined {
  if (typeof address === 'string' && parseAddress(address) !== undefined) return undefined;
  return `${name}: must be a host and a port, such as stream-api.betfair.com:443.`;
}
