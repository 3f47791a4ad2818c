import { BetfairConfigurationError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import type { AxiosInstanceLike, AxiosSenderLike } from './axios.interface.js';
import { isSessionAdapter, sessionAdapter } from './axios.session-adapter.js';

const attached = new WeakMap<AxiosInstanceLike, SessionService>();

/**
 * Gives an axios instance the session: each of its requests is sent, tracked and repeated as one of
 * `SessionService.fetch`. A path is resolved against `baseURL`, or where there is none against the API's URL; the
 * headers of the session replace yours of the same name; no redirect is followed, whatever `maxRedirects` says.
 * Attaching the same service again does nothing.
 *
 * The instance is then one for Betfair alone: a request to any other origin fails with `BETFAIR_FOREIGN_URL`. It keeps
 * its own `httpsAgent`, so an additional certificate authority (`ca` of the options) belongs there too.
 *
 * @param axios - such as `axios.create()`, or `axiosRef` of the `HttpService` of `@nestjs/axios`
 * @returns that instance
 * @throws BetfairConfigurationError the instance has the session of another service, or is none of axios 1
 */
export function attachBetfairSession<T extends AxiosInstanceLike>(
  axios: T,
  sessions: SessionService,
): T {
  const holder = attached.get(axios);
  if (holder === sessions) return axios;
  if (holder !== undefined) {
    throw new BetfairConfigurationError(
      'attachBetfairSession() was given an axios instance that has the session of another SessionService already. Make one instance for each account, with axios.create() or HttpModule.register().',
    );
  }
  const sender = senderOf(axios);
  attached.set(axios, sessions);
  // Synchronous, so that a request starts as immediately as it did before.
  axios.interceptors.request.use((config) => track(config), undefined, { synchronous: true });
  return axios;

  function track<C extends object>(config: C): C {
    const adapter: unknown = Reflect.get(config, 'adapter');
    // The same request once more, such as an interceptor of the application submits it.
    if (isSessionAdapter(adapter)) return config;
    return Object.assign(config, { adapter: sessionAdapter(sender, sessions, adapter) });
  }
}

/** An instance without interceptors and defaults: a request brings its settings, less what an interceptor took away. */
function senderOf(axios: AxiosInstanceLike): AxiosSenderLike {
  const sender = axios.create?.();
  if (sender === undefined) {
    throw new BetfairConfigurationError(
      'attachBetfairSession() needs an instance of axios 1, such as axios.create() or the axiosRef of an HttpService.',
    );
  }
  for (const name of Object.keys(sender.defaults)) Reflect.deleteProperty(sender.defaults, name);
  return sender;
}
