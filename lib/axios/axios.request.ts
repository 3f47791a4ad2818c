import { copyBody, isOldStream } from '../calls/fetch/request.body.js';
import { read } from '../calls/rejection/rejection-envelope.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';

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

/** What axios says by itself. */
const AXIOS_ACCEPT = 'application/json, text/plain, */*';

/**
 * Makes a request of axios one that is sent by `sessions.fetch`, through axios's own fetch adapter. No token enters it.
 *
 * @throws BetfairSessionError `BETFAIR_FOREIGN_SESSION`: it was made for another account
 * @throws BetfairConfigurationError it is to be sent by something else
 */
export async function bindRequest<C extends object>(
  config: C,
  sessions: SessionService,
): Promise<C> {
  const { id, api } = sessions.account;
  const holder = read(config, ACCOUNT);
  if (holder !== undefined && holder !== id) {
    throw new BetfairSessionError(
      `This request was made for the Betfair account ${JSON.stringify(holder)} and is not sent with the session of "${id}". Make a new one instead of using the config of another.`,
      { code: 'BETFAIR_FOREIGN_SESSION', retryable: false },
    );
  }
  if ([read(config, 'adapter')].flat().some((adapter) => typeof adapter === 'function')) {
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
  Object.assign(config, await encodeBody(config));
  preferJson(config);
  return Object.assign(config, {
    [ACCOUNT]: id,
    adapter: 'fetch',
    env: { ...record(read(config, 'env')), fetch: sessions.fetch },
    baseURL: absolute(read(config, 'baseURL'), api),
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

/** Betfair takes only JSON, so texts and bytes are that where nothing else is said; forms say so by themselves. */
function preferJson(config: object): void {
  const headers = read(config, 'headers');
  const data = read(config, 'data');
  const isPlain = typeof data === 'string' || ArrayBuffer.isView(data) || !isObject(data);
  if (
    isPlain ||
    data instanceof ArrayBuffer ||
    data instanceof Blob ||
    Symbol.asyncIterator in data
  ) {
    invoke(headers, 'setContentType', 'application/json', false);
  }
  const isDefault = invoke(headers, 'get', 'Accept') === AXIOS_ACCEPT;
  if (isDefault) invoke(headers, 'set', 'Accept', 'application/json');
}

/** Axios leaves a form to the runtime, with a wrong type, and cannot send streams of the kind before Node 0.10. */
async function encodeBody(config: object): Promise<{ readonly data?: unknown }> {
  const data = read(config, 'data');
  if (!isOldStream(data) && read(data, Symbol.toStringTag) !== 'FormData') return {};
  // Of the package `form-data`.
  const own = record(invoke(data, 'getHeaders'));
  const { content, contentType } = await copyBody(data);
  const headers = { ...own, ...(contentType !== undefined && { 'content-type': contentType }) };
  for (const [name, value] of Object.entries(headers)) {
    invoke(read(config, 'headers'), 'set', name, value);
  }
  return { data: content };
}

function invoke(target: unknown, method: string, ...values: unknown[]): unknown {
  const callee = read(target, method);
  return typeof callee === 'function' ? Reflect.apply(callee, target, values) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function record(value: unknown): object {
  return isObject(value) ? value : {};
}
