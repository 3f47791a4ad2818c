import { read } from '../common/unknown-values.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import { encodeBody } from './axios.body.js';

/** Under this name a request says whose it is, also after it was written as JSON. */
const ACCOUNT = 'betfairAccount';

/** Settings of the connection, which is not axios's. */
const IGNORED = [
  'httpAgent',
  'httpsAgent',
  'proxy',
  'lookup',
  'socketPath',
  'maxRate',
  'decompress',
  'maxRedirects',
  'beforeRedirect',
  'transport',
] as const;

/** The `Accept` of axios where nobody chose one. */
const AXIOS_ACCEPT = 'application/json, text/plain, */*';

/**
 * Makes a request of axios one that is sent by `sessions.fetch`, through axios's own fetch adapter. No token enters it.
 *
 * @throws BetfairSessionError `BETFAIR_FOREIGN_SESSION`: it was made for another account
 * @throws BetfairConfigurationError it is to be sent by something else
 */
export function bindRequest<C extends object>(config: C, sessions: SessionService): C {
  const { id, api } = sessions.account;
  const holder = read(config, ACCOUNT);
  if (holder !== undefined && holder !== id) {
    throw new BetfairSessionError(
      `This request was made for the Betfair account ${JSON.stringify(holder)} and is not sent with the session of "${id}". Make a new one instead of using the config of another.`,
      { code: 'BETFAIR_FOREIGN_SESSION', retryable: false },
    );
  }
  if (listOf(read(config, 'adapter')).some((adapter) => typeof adapter === 'function')) {
    throw new BetfairConfigurationError(
      'an axios instance with a Betfair session was given an adapter of its own, which would not have the session. Leave "adapter" out, or use run() of SessionService with an instance that is not attached.',
    );
  }
  const ignored = IGNORED.filter((name) => isSet(read(config, name)));
  if (ignored.length > 0) {
    sessions.account.warn(
      `axios options have no effect with a Betfair session, because its requests are sent by SessionService.fetch: ${ignored.join(', ')}. Certificate authorities belong into the option "ca", a proxy into HTTPS_PROXY.`,
    );
  }
  acceptJson(read(config, 'headers'));
  const transformations = listOf(read(config, 'transformRequest'));
  return Object.assign(config, {
    [ACCOUNT]: id,
    adapter: 'fetch',
    env: { ...record(read(config, 'env')), fetch: sessions.fetch },
    baseURL: absolute(read(config, 'baseURL'), api),
    // Last, and once where a request is submitted again.
    transformRequest: [...transformations.filter((one) => one !== encodeBody), encodeBody],
  });
}

/** `false` and 0 switch such a thing off, which needs no warning. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0;
}

/** Axios takes paths for those of a page, which there is none of here. */
function absolute(baseURL: unknown, api: string): string {
  const base = typeof baseURL === 'string' ? baseURL : '';
  return URL.canParse(base, api) ? new URL(base, api).href : base;
}

function acceptJson(headers: unknown): void {
  const [get, set] = [read(headers, 'get'), read(headers, 'set')];
  if (typeof get !== 'function' || typeof set !== 'function') return;
  const accept: unknown = Reflect.apply(get, headers, ['Accept']);
  if (accept === AXIOS_ACCEPT) Reflect.apply(set, headers, ['Accept', 'application/json']);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function record(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
