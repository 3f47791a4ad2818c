import { read } from '../common/unknown-values.js';
import type { SessionSource } from '../calls/session-source.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import type { AxiosInstanceLike } from './axios.interface.js';
import { bindRequest } from './axios.request.js';
import { takesFetch } from './axios.version.js';

/** By the account and not by its service, of which an application monitor may hand out a proxy. */
const attached = new WeakMap<AxiosInstanceLike, SessionSource>();

/**
 * Gives an axios instance (1.12 or newer) the session: each of its requests is sent by `SessionService.fetch`, so token
 * and application key never enter axios, and nothing that is printed of a request, an answer or an error holds them. A
 * path is resolved against `baseURL`, or where there is none against the API's URL; no redirect is followed.
 * Attaching the same service again does nothing.
 *
 * The instance is then one for Betfair and one account alone: a request to any other origin fails with
 * `BETFAIR_FOREIGN_URL`, and one that another account's instance made with `BETFAIR_FOREIGN_SESSION`.
 *
 * @param axios - such as `axios.create()`, or `axiosRef` of the `HttpService` of `@nestjs/axios`
 * @returns that instance
 * @throws BetfairConfigurationError the instance has the session of another service, or is none of axios 1; a request
 * fails with it before anything is sent where axios is older than 1.12
 */
export function attachBetfairSession<T extends AxiosInstanceLike>(
  axios: T,
  sessions: SessionService,
): T {
  const holder = attached.get(axios);
  if (holder === sessions.account) return axios;
  if (holder !== undefined) {
    throw new BetfairConfigurationError(
      'attachBetfairSession() was given an axios instance that has the session of another SessionService already. Make one instance for each account, with axios.create() or HttpModule.register().',
    );
  }
  if (typeof axios.create !== 'function') {
    throw new BetfairConfigurationError(
      'attachBetfairSession() needs an instance of axios 1, such as axios.create() or the axiosRef of an HttpService.',
    );
  }
  attached.set(axios, sessions.account);
  const isSupported = takesFetch(axios);
  // Synchronous, so that a request is written down when it is made, and not as it looks later.
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
    // Where there is none, older versions of axios do not tell what was thrown.
    rethrow,
    synchronous,
  );
  axios.interceptors.response.use(undefined, (error) => {
    throw told(error);
  });
  return axios;
}

function rethrow(error: unknown): never {
  throw error;
}

/** Turns a failure of axios into the one that the application is told. */
function told(error: unknown): unknown {
  // Axios wraps what its `fetch` fails with; a BetfairSessionError is handed on as itself.
  const cause = error instanceof BetfairSessionError ? error : read(error, 'cause');
  // A copy: axios writes each caller into the stack, and many callers may get the one error.
  if (cause instanceof BetfairSessionError) return cause.because(cause.cause);
  const isClarified = read(read(read(error, 'config'), 'transitional'), 'clarifyTimeoutError');
  // By its fetch, axios tells a time-out by another code than it does otherwise; axios-retry would repeat an order.
  if (read(error, 'code') === 'ETIMEDOUT' && read(error, 'isAxiosError') && isClarified !== true) {
    Object.assign(Object(error), { code: 'ECONNABORTED' });
  }
  return error;
}
