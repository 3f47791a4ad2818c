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
  readonly #logins = new Map<
    Sent,
    { readonly service: object; readonly key: string | undefined }
  >();
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
    const { path } = request;
    const token = headerOf(request, 'x-authentication');
    if (token !== undefined) this.rules.onToken(token);
    if (path === '/api/certlogin' || path === '/api/login') this.#login(request);
    if (path === '/api/logout' && token !== undefined) this.#logout(token);
  }

  #login(request: Sent): void {
    // A timer belongs to no service; then the application key tells accounts apart.
    const { service = this } = currentWork();
    const key = headerOf(request, 'x-application');
    const flying = [...this.#logins.values()].some(
      (one) => one.service === service && one.key === key,
    );
    if (flying) this.rules.onBroken('a service had two logins in flight');
    this.#logins.set(request, { service, key });
  }

  #ended(request: Sent | undefined): void {
    if (request) this.#logins.delete(request);
  }

  #logout(token: string): void {
    if (currentWork().isLogout || !this.rules.isInUse(token)) return;
    this.rules.onBroken('a token that is stored, or that a caller has, was logged out unasked');
  }
}

function headerOf({ headers }: Sent, name: string): string | undefined {
  const at = headers.indexOf(name);
  return at < 0 ? undefined : headers[at + 1];
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
