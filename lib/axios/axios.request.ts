import { isObject, read } from '../common/unknown-values.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import { encodeBody } from './axios.body.js';

/** Member of a request config that names its account. It survives a copy by way of JSON. */
const ACCOUNT_MEMBER = 'betfairAccount';

/** Options of the connection, which axios does not open here. */
const IGNORED_OPTIONS = [
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

/** Default header `Accept` of axios. */
const AXIOS_ACCEPT = 'application/json, text/plain, */*';

/**
 * Changes a request of axios so that its fetch adapter sends it by `sessions.fetch`. No token enters the config.
 *
 * @throws BetfairSessionError `BETFAIR_FOREIGN_SESSION`: the config was made for another account
 * @throws BetfairConfigurationError the config has an adapter of its own
 */
export function bindRequest<C extends object>(config: C, sessions: SessionService): C {
  const { id, api } = sessions.account;
  const holder = read(config, ACCOUNT_MEMBER);
  if (holder !== undefined && holder !== id) {
    throw new BetfairSessionError(
      `This request was made for the Betfair account ${JSON.stringify(holder)} and is not sent with the session of "${id}". Make a new request instead of using the config of another account.`,
      { code: 'BETFAIR_FOREIGN_SESSION', retryable: false },
    );
  }
  if (listOf(read(config, 'adapter')).some((adapter) => typeof adapter === 'function')) {
    throw new BetfairConfigurationError(
      'an axios instance with a Betfair session cannot have an adapter of its own, because that would not send the session. Remove "adapter", or use run() of SessionService with an instance that is not attached.',
    );
  }
  const ignored = IGNORED_OPTIONS.filter((name) => isSet(read(config, name)));
  if (ignored.length > 0) {
    sessions.account.warn(
      `These axios options have no effect with a Betfair session, because SessionService.fetch sends the requests: ${ignored.join(', ')}. Remove them; set certificate authorities in the option "ca" (BETFAIR_CA_FILE), and a proxy in HTTPS_PROXY.`,
    );
  }
  acceptJson(read(config, 'headers'));
  const transformations = listOf(read(config, 'transformRequest'));
  const env = read(config, 'env');
  return Object.assign(config, {
    [ACCOUNT_MEMBER]: id,
    adapter: 'fetch',
    env: { ...(isObject(env) && env), fetch: sessions.fetch },
    baseURL: absolute(read(config, 'baseURL'), api),
    // Last, and only once if a config is submitted again.
    transformRequest: [...transformations.filter((one) => one !== encodeBody), encodeBody],
  });
}

/** Tells if an option is set. `false` and 0 switch it off, which needs no warning. */
function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0;
}

/** Resolves `baseURL`, of which axios would take a path for that of a web page. */
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
