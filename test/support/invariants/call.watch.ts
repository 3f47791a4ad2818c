import { BetfairSessionError, type SessionService } from 'nestjs-betfair-session';
import type { Clock } from '../../../lib/common/clock.js';
import { currentWork, workAs } from './work.js';

export interface CallRules {
  readonly clock: Clock;
  readonly renewalTimeout: number;
  readonly requestTimeout: number;
  /** Told of each business request of `fetch`, once however many calls around it are repeated. */
  readonly onRequest: (request: string) => void;
  readonly onBroken: (what: string) => void;
  /** Told what a call failed with, where the error is one of ours. */
  readonly onError: (error: BetfairSessionError) => void;
}

/** Requests that a logout makes of Betfair and the store. */
const REQUESTS_OF_LOGOUT = 4;

/** Looks at the calls of one service: each ends before its deadline, and `run` calls back twice at most. */
export class CallWatch {
  readonly #waiting = new Map<object, string>();
  #rejections = 0;
  #logouts = 0;

  constructor(
    private readonly sessions: SessionService,
    private readonly rules: CallRules,
  ) {
    sessions.events$.subscribe(({ type }) => {
      if (type === 'rejected') this.#rejections += 1;
    });
    this.#wrap();
  }

  /** Calls that have not ended. */
  get waiting(): readonly string[] {
    return [...this.#waiting.values()];
  }

  #wrap(): void {
    const { sessions: service } = this;
    const getSession = service.getSession.bind(service);
    const refresh = service.refresh.bind(service);
    const keepAlive = service.keepAlive.bind(service);
    const logout = service.logout.bind(service);
    const logoutForGood = service.logoutForGood.bind(service);
    const fetch = service.fetch.bind(service);
    const run = service.run.bind(service);
    const watched: Partial<SessionService> = {
      // What memory serves has no deadline to keep, and is called a million times.
      getSession: (options) =>
        service.current
          ? workAs({ service }, () => getSession(options))
          : this.#inTime('getSession', () => getSession(options)),
      refresh: (rejected, options) => this.#inTime('refresh', () => refresh(rejected, options)),
      keepAlive: () => this.#inTime('keepAlive', keepAlive),
      logout: () => this.#logout('logout', logout),
      // What `SessionAccounts.remove` calls.
      logoutForGood: () => this.#logout('logoutForGood', logoutForGood),
      fetch: (input, init) =>
        this.#outermost(
          () => this.#watch('fetch', () => fetch(input, init)),
          businessRequest(input, init),
        ),
      run: (call, options) => {
        let calls = 0;
        const counted: typeof call = (session) => {
          calls += 1;
          if (calls > 2) this.rules.onBroken(`run called back ${calls} times`);
          return call(session);
        };
        return this.#outermost(() => this.#watch('run', () => run(counted, options)));
      },
    };
    Object.assign(service, watched);
  }

  #logout(name: string, logout: () => Promise<void>): Promise<void> {
    this.#logouts += 1;
    return workAs({ isLogout: true }, () => this.#inTime(name, logout));
  }

  #outermost<T>(call: () => T, request?: string): T {
    const { requests = new Set<string>() } = currentWork();
    if (request !== undefined && !requests.has(request)) {
      requests.add(request);
      this.rules.onRequest(request);
    }
    return workAs({ requests }, call);
  }

  /** One renewal, another for each session that Betfair rejected meanwhile, and the logouts that it may wait for. */
  async #inTime<T>(name: string, call: () => Promise<T>): Promise<T> {
    const { clock, renewalTimeout, requestTimeout, onBroken } = this.rules;
    const from = { at: clock.monotonic(), rejections: this.#rejections, logouts: this.#logouts };
    try {
      return await this.#watch(name, call);
    } finally {
      const renewals = 1 + this.#rejections - from.rejections;
      const logouts = 1 + this.#logouts - from.logouts;
      const limit = renewals * renewalTimeout + logouts * REQUESTS_OF_LOGOUT * requestTimeout;
      const took = clock.monotonic() - from.at;
      if (took > limit) onBroken(`${name} took ${took} ms; it must end within ${limit}`);
    }
  }

  async #watch<T>(name: string, call: () => Promise<T>): Promise<T> {
    const waiting = {};
    this.#waiting.set(waiting, name);
    try {
      return await workAs({ service: this.sessions }, call);
    } catch (error) {
      if (error instanceof BetfairSessionError) this.rules.onError(error);
      throw error;
    } finally {
      this.#waiting.delete(waiting);
    }
  }
}

/** A request as the simulator records it; `undefined` where it cannot be told beforehand. */
function businessRequest(
  input: Parameters<SessionService['fetch']>[0],
  init?: RequestInit,
): string | undefined {
  const base = 'https://any';
  const body = init?.body ?? '';
  if (typeof input !== 'string' && !(input instanceof URL)) return undefined;
  if (typeof body !== 'string' || !URL.canParse(String(input), base)) return undefined;
  const { pathname, search } = new URL(input, base);
  return `${pathname}${search} ${body}`;
}
