import { inspectResult, inspectThrown } from '../calls/invalid-session.detector.js';
import { read } from '../calls/rejection-envelope.js';
import { BetfairSessionError } from '../errors/index.js';
import type { BetfairSession } from '../session/betfair-session.js';
import type { SessionService } from '../session/session.service.js';
import type { AxiosHeadersLike, AxiosRequestLike, AxiosSenderLike } from './axios.interface.js';

type Adapter = (config: AxiosRequestLike) => Promise<object>;

/** What axios puts there when nobody says anything. Betfair takes no forms. */
const AXIOS_DEFAULTS: ReadonlySet<unknown> = new Set([
  'application/json, text/plain, */*',
  'application/x-www-form-urlencoded',
]);

const adapters = new WeakSet<object>();

/** Whether it was made here, which shows that a request is submitted again. */
export function isSessionAdapter(value: unknown): boolean {
  return typeof value === 'function' && adapters.has(value);
}

/**
 * Sends one request of an axios instance with the session. An adapter is where axios meets the network: interceptors
 * have run, and nothing has been made of the answer. It stays on the request's `config`, so it knows the request when
 * the application submits that again.
 */
export function sessionAdapter(
  sender: AxiosSenderLike,
  sessions: SessionService,
  adapter: unknown,
): Adapter {
  let refusal: Adapter | undefined;
  const send: Adapter = async (config) => {
    // Sent twice, or once and not repeatable: Betfair's answer is known, and stays the same.
    if (refusal !== undefined) return refusal(config);
    const { url = '', baseURL = '', allowAbsoluteUrls = true, signal, data } = config;
    const target = sender.getUri({ url, baseURL, allowAbsoluteUrls });
    const call = (session: BetfairSession, resolved: URL) =>
      sender.request(outgoing(config, session, resolved, adapter)).then(
        (response) => withConfig(response, config),
        (error: unknown) => {
          throw withConfig(error, config);
        },
      );
    try {
      const response = await sessions.send(target, call, {
        signal: signal instanceof AbortSignal ? signal : undefined,
        repeatable: !isStream(data),
      });
      if ((await inspectResult(response)) !== 'none') refusal = resolving(response);
      return response;
    } catch (error) {
      // Its own: axios writes each caller into the stack, and many callers may get the one error.
      if (error instanceof BetfairSessionError) throw error.because(error.cause);
      if (inspectThrown(error) !== 'none') refusal = rejecting(error);
      throw error;
    }
  };
  adapters.add(send);
  return send;
}

/** The request as it goes out: for the sender nothing is left to resolve, to transform or to follow. */
function outgoing(
  config: AxiosRequestLike,
  session: BetfairSession,
  url: URL,
  adapter: unknown,
): object {
  return {
    ...config,
    url: url.href,
    baseURL: undefined,
    headers: withSession(config.headers, session),
    transformRequest: [],
    transformResponse: [],
    // A redirect could take the token to another host.
    maxRedirects: 0,
    fetchOptions: { ...config.fetchOptions, redirect: 'manual' },
    adapter,
  };
}

function withSession(given: AxiosHeadersLike, session: BetfairSession): AxiosHeadersLike {
  const { 'X-Authentication': token, 'X-Application': key, ...defaults } = session.headers();
  const headers = given.concat();
  for (const [name, value] of Object.entries(defaults)) {
    headers.set(name, value, AXIOS_DEFAULTS.has(headers.get(name)));
  }
  headers.set('X-Authentication', token, true);
  headers.set('X-Application', key, true);
  return headers;
}

/** Whether a body is used up by sending it; forms of the package `form-data` are streams of the old kind. */
function isStream(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  return Symbol.asyncIterator in data || typeof read(data, 'pipe') === 'function';
}

/** Names the request that the application made, which can be submitted again and holds no token. */
function withConfig<T>(outcome: T, config: AxiosRequestLike): T {
  for (const part of [outcome, read(outcome, 'response')]) {
    if (read(part, 'config') !== undefined) Object.assign(Object(part), { config });
  }
  return outcome;
}

/** Gives that response again. A copy each time: axios transforms what an adapter gives in place. */
function resolving(response: object): Adapter {
  const kept = { ...response };
  return async (config) => ({ ...kept, config });
}

/** Fails with that error again. */
function rejecting(error: unknown): Adapter {
  const response = read(error, 'response');
  const kept = typeof response === 'object' ? { ...response } : undefined;
  return async (config) => {
    if (kept !== undefined) Object.assign(Object(error), { response: { ...kept } });
    throw withConfig(error, config);
  };
}
