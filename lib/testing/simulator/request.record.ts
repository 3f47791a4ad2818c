import type { Clock } from '../../common/clock.js';
import type { SimulatedAccounts } from './accounts/simulated-accounts.js';
import { apiMethods } from './api/api.route.js';
import { loginField } from './identity/login.form.js';
import type { SimulatorCounts, SimulatorEndpoint, SimulatorRequest } from './http/request.js';
import type { Exchange } from './http/https.server.js';

const COUNTED_AS = {
  certLogin: 'loginAttempts',
  login: 'loginAttempts',
  keepAlive: 'keepAlives',
  logout: 'logouts',
  api: 'calls',
} as const satisfies Record<SimulatorEndpoint, keyof SimulatorCounts>;

/** Records the requests that arrive at a simulator. */
export class RequestRecord {
  readonly requests: SimulatorRequest[] = [];
  #keepsRequests = true;
  readonly #counts = { loginAttempts: 0, keepAlives: 0, logouts: 0, calls: 0 };

  constructor(
    private readonly accounts: SimulatedAccounts,
    private readonly clock: Pick<Clock, 'wall'>,
  ) {}

  get counts(): SimulatorCounts {
    const logins = this.accounts.all.reduce((sum, account) => sum + account.logins, 0);
    return { logins, ...this.#counts };
  }

  add(endpoint: SimulatorEndpoint | undefined, exchange: Exchange): SimulatorRequest {
    const { method, path, headers, body, address } = exchange;
    const username = this.#usernameOf(endpoint, exchange);
    const request: SimulatorRequest = {
      endpoint,
      method,
      path,
      headers,
      body,
      address,
      at: this.clock.wall(),
      ...(username !== undefined && { username }),
      ...(endpoint === 'api' && { apiMethods: apiMethods(path, body) }),
    };
    if (this.#keepsRequests) this.requests.push(request);
    if (endpoint !== undefined) this.#counts[COUNTED_AS[endpoint]] += 1;
    return request;
  }

  clear(): void {
    this.requests.length = 0;
  }

  /** Counts further requests and keeps none, so that a simulator can run for days. */
  countOnly(): void {
    this.#keepsRequests = false;
    this.clear();
  }

  #usernameOf(endpoint: SimulatorEndpoint | undefined, exchange: Exchange): string | undefined {
    const token = exchange.headers['x-authentication'];
    if (token !== undefined) return this.accounts.ownerOf(token)?.username;
    if (endpoint !== 'certLogin' && endpoint !== 'login') return undefined;
    const username = loginField(endpoint, 'username', exchange);
    return this.accounts.has(username) ? username : undefined;
  }
}
