import type { BetfairEndpoints } from '../../../identity/jurisdiction.endpoints.js';
import { ACCEPTED, matchPath, type RequestKind } from './accepted-requests.js';

/** The endpoints of the simulator that take requests, named as in {@link BetfairEndpoints}. */
export type SimulatorEndpoint = Exclude<keyof BetfairEndpoints, 'stream'>;

/** A request as it arrived at the simulator. It holds credentials and tokens in clear text. */
export interface SimulatorRequest {
  /** `undefined`: nothing lives at that path of that host; it was answered with 404. */
  readonly endpoint: SimulatorEndpoint | undefined;
  /** HTTP method. */
  readonly method: string;
  /** Path with the query string. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent. */
  readonly body: string;
  /** IP address that it came from. */
  readonly address: string;
  /** Time of its arrival: milliseconds since the Unix epoch, on the simulator's clock. */
  readonly at: number;
  /** The account whose token or user name it carries, also where that session is dead or the password wrong. */
  readonly username?: string | undefined;
  /** The API operations it asks for, such as `['listMarketBook']`; several in a JSON-RPC batch. */
  readonly apiMethods?: readonly string[] | undefined;
}

/** Requests that reached the simulator. */
export interface SimulatorCounts {
  /** Logins that created a session, also those whose answer was lost. */
  readonly logins: number;
  /** Requests to certlogin and login, whatever became of them. */
  readonly loginAttempts: number;
  /** Requests to keepAlive, whatever became of them. */
  readonly keepAlives: number;
  /** Requests to logout, whatever became of them. */
  readonly logouts: number;
  /** HTTP requests to the API; a JSON-RPC batch is one. */
  readonly calls: number;
}

const MAIN = ['login', 'keepAlive', 'logout'] as const;

/** Finds the endpoint that lives at `path` of the host that asks for a client certificate, or of the main one. */
export function endpointOf(
  host: 'certificate' | 'main',
  path: string,
): SimulatorEndpoint | undefined {
  const { pathname } = splitPath(path);
  if (host === 'certificate') return matchPath('certLogin', pathname) ? 'certLogin' : undefined;
  if (pathname.startsWith('/exchange/')) return 'api';
  return MAIN.find((endpoint) => matchPath(endpoint, pathname));
}

/** Path and query of a request target. */
export function splitPath(path: string): { pathname: string; query: URLSearchParams } {
  const [pathname = '', ...query] = path.split('?');
  return { pathname, query: new URLSearchParams(query.join('?')) };
}

/** Tells whether the request asks for JSON in so many words: `*\/*` is what a client sends that was never told. */
export function asksForJson(request: SimulatorRequest): boolean {
  return /\bapplication\/json\b/i.test(request.headers['accept'] ?? '');
}

/** The media type of the body, without parameters. */
export function mediaType(request: Pick<SimulatorRequest, 'headers'>): string {
  return (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** The session token that a request of that kind carries; `''`: none. */
export function tokenOf(kind: RequestKind, request: SimulatorRequest): string {
  const isAccepted = ACCEPTED[kind].proof.is.some((place) => place === 'X-Authentication');
  return (isAccepted && request.headers['x-authentication']) || '';
}
