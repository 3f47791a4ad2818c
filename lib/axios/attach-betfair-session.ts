import { read } from '../common/unknown-values.js';
import type { SessionSource } from '../calls/session-source.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import type { AxiosInstanceLike } from './axios.interface.js';
import { bindRequest } from './axios.request.js';
import { takesFetch } from './axios.version.js';

/** Accounts of the attached instances. A monitoring tool may replace a service, but not its account, by a proxy. */
const attached = new WeakMap<AxiosInstanceLike, SessionSource>();

/**
 * Attaches the session to an axios instance (1.12 or newer). `SessionService.fetch` sends its requests, so the token
 * and the application key never enter axios, its logs and its errors. Paths are resolved against `baseURL`, or without
 * one against the URL of the API. Redirects are not followed. Attaching the same service again does nothing.
 *
 * The instance then serves one account at Betfair only: a request to another origin fails with `BETFAIR_FOREIGN_URL`,
 * and a request config of another account's instance with `BETFAIR_FOREIGN_SESSION`.
 *
 * @param axios - such as `axios.create()`, or `axiosRef` of the `HttpService` of `@nestjs/axios`
 * @returns that instance
 * @throws BetfairConfigurationError the instance is attached to another service, or is not one of axios 1. If axios is
 * older than 1.12, each request fails with it before anything is sent
 */
export function attachBetfairSession<T extends AxiosInstanceLike>(
  axios: T,
  sessions: SessionService,
): T {
  const holder = attached.get(axios);
  if (holder === sessions.account) return axios;
  if (holder !== undefined) {
    throw new BetfairConfigurationError(
      'attachBetfairSession() got an axios instance that is attached to another SessionService already. Make one instance for each account, with axios.create() or HttpModule.register().',
    );
  }
  if (typeof axios.create !== 'function') {
    throw new BetfairConfigurationError(
      'attachBetfairSession() needs an instance of axios 1, such as axios.create() or the axiosRef of an HttpService.',
    );
  }
  attached.set(axios, sessions.account);
  const isSupported = takesFetch(axios);
  // Synchronous, so that changes to the config after the call do not change the request.
  const synchronous = { synchronous: true };
  axios.interceptors.request.use(
    (config) => {
      if (!isSupported()) {
        throw new BetfairConfigurationError(
          'attachBetfairSession() needs axios 1.12 or newer. Update it (npm i axios@latest), or leave this instance unattached and use run() of SessionService.',
        );
      }
      return bindRequest(config, sessions);
    },
    // Without this handler, older versions of axios lose the error.
    rethrow,
    synchronous,
  );
  axios.interceptors.response.use(undefined, (error) => {
    throw errorOf(error);
  });
  return axios;
}

function rethrow(error: unknown): never {
  throw error;
}

/** Converts an error of axios into the one that the application gets. */
function errorOf(error: unknown): unknown {
  // Axios wraps the errors of its `fetch`; a BetfairSessionError is unwrapped.
  const cause = error instanceof BetfairSessionError ? error : read(error, 'cause');
  // A copy, because axios adds each caller to the stack, and several callers may get the same error.
  if (cause instanceof BetfairSessionError) return cause.because(cause.cause);
  const isClarified = read(read(read(error, 'config'), 'transitional'), 'clarifyTimeoutError');
  // With fetch, axios gives a time-out a code of its own, after which axios-retry would repeat an order.
  if (read(error, 'code') === 'ETIMEDOUT' && read(error, 'isAxiosError') && isClarified !== true) {
    Object.assign(Object(error), { code: 'ECONNABORTED' });
  }
  return error;
}
