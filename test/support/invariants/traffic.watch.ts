import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { currentWork } from './work.js';

/** A request of undici. */
interface Sent {
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
}

export interface TrafficRules {
  /** Origins of the simulator. */
  readonly origins: readonly string[];
  /** Whether the store holds the token, or a caller was given it. */
  readonly isInUse: (token: string) => boolean;
  /** Told of every token that is sent. */
  readonly onToken: (token: string) => void;
  readonly onBroken: (what: string) => void;
}

/**
 * Looks at each request to a simulator at the moment at which it is sent: one login at a time for each service, and no
 * logout of a token in use that nobody asked for.
 */
export class TrafficWatch {
  readonly #logins = new Map<unknown, object>();
  readonly #listeners = [
    ['undici:request:create', (message: unknown) => this.#sent(requestOf(message))],
    ['undici:request:trailers', (message: unknown) => this.#ended(requestOf(message))],
    ['undici:request:error', (message: unknown) => this.#ended(requestOf(message))],
  ] as const;

  constructor(private readonly rules: TrafficRules) {
    for (const [channel, listener] of this.#listeners) subscribe(channel, listener);
  }

  stop(): void {
    for (const [channel, listener] of this.#listeners) unsubscribe(channel, listener);
  }

  #sent(request: Sent | undefined): void {
    if (request === undefined || !this.rules.origins.includes(request.origin)) return;
    const { path, headers } = request;
    const named = headers.indexOf('x-authentication');
    const token = named < 0 ? undefined : headers[named + 1];
    if (token !== undefined) this.rules.onToken(token);
    if (path === '/api/certlogin' || path === '/api/login') this.#login(request);
    if (path === '/api/logout' && token !== undefined) this.#logout(token);
  }

  #login(request: Sent): void {
    const { service = this } = currentWork();
    const flying = [...this.#logins.values()].includes(service);
    if (flying) this.rules.onBroken('a service had two logins in flight');
    this.#logins.set(request, service);
  }

  #ended(request: Sent | undefined): void {
    this.#logins.delete(request);
  }

  #logout(token: string): void {
    if (currentWork().isLogout || !this.rules.isInUse(token)) return;
    this.rules.onBroken('a token that is stored, or that a caller has, was logged out unasked');
  }
}

function requestOf(message: unknown): Sent | undefined {
  if (typeof message !== 'object' || message === null || !('request' in message)) return undefined;
  return isSent(message.request) ? message.request : undefined;
}

function isSent(value: unknown): value is Sent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'path' in value &&
    typeof value.path === 'string' &&
    'origin' in value &&
    'headers' in value &&
    Array.isArray(value.headers)
  );
}
