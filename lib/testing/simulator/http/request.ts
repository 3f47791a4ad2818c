import type { BetfairEndpoints } from '../../../identity/jurisdiction.endpoints.js';
import { ACCEPTED, matchPath, type RequestKind } from './accepted-requests.js';

/** The endpoints of the simulator that take requests, named as in {@link BetfairEndpoints}. */
export type SimulatorEndpoint = Exclude<keyof BetfairEndpoints, 'stream'>;

/** A request as it arrived at the simulator. It holds credentials and tokens in clear text. */
export interface SimulatorRequest {
  /** Endpoint; `undefined` if the path is unknown, which gets 404. */
  readonly endpoint: SimulatorEndpoint | undefined;
  /** HTTP method. */
  readonly method: string;
  /** Path with the query string. */
  readonly path: string;
  /** Headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent. */
  readonly body: string;
  /** IP address of the client. */
  readonly address: string;
  /** Time of its arrival: milliseconds since the Unix epoch, on the simulator's clock. */
  readonly at: number;
  /** User name of the account of its token or user name, even if the session is dead or the password wrong. */
  readonly username?: string | undefined;
  /** API operations, such as `['listMarketBook']`; several in a JSON-RPC batch. */
  readonly apiMethods?: readonly string[] | undefined;
}

/** Numbers of requests to the simulator. */
export interface SimulatorCounts {
  /** Logins that created a session, even if their answer was lost. */
  readonly logins: number;
  /** All requests to certlogin and login. */
  readonly loginAttempts: number;
  /** All requests to keepAlive. */
  readonly keepAlives: number;
  /** All requests to logout. */
  readonly logouts: number;
  /** HTTP requests to the API; a JSON-RPC batch counts once. */
  readonly calls: number;
}

const MAIN = ['login', 'keepAlive', 'logout'] as const;

/** Finds the endpoint at a path of the main host, or of the host for client certificates. */
export function endpointOf(
  host: 'certificate' | 'main',
  path: string,
): SimulatorEndpoint | undefined {
  const { pathname } = splitPath(path);
  if (host === 'certificate') return matchPath('certLogin', pathname) ? 'certLogin' : undefined;
  if (pathname.startsWith('/exchange/')) return 'api';
  return MAIN.find((endpoint) => matchPath(endpoint, pathname));
}

/** Splits a request target into path and query. */
export function splitPath(path: string): { pathname: string; query: URLSearchParams } {
  const [pathname = '', ...query] = path.split('?');
  return { pathname, query: new URLSearchParams(query.join('?')) };
}

/** Tells if the `Accept` header names JSON. `*\/*` does not count: clients send it by default. */
export function asksForJson(request: SimulatorRequest): boolean {
  return /\bapplication\/json\b/i.test(request.headers['accept'] ?? '');
}

/** Reads the media type of the body, without parameters. */
export function mediaType(request: Pick<SimulatorRequest, 'headers'>): string {
  return (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** Reads the session token of a request of that kind; `''` if there is none. */
export function tokenOf(kind: RequestKind, request: SimulatorRequest): string {
  const isAccepted = ACCEPTED[kind].proof.is.some((place) => place === 'X-Authentication');
  return (isAccepted && request.headers['x-authentication']) || '';
}
