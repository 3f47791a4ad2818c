import { createServer, request as httpRequest } from 'node:http';
import { AxiosError, AxiosHeaders } from 'axios';
import { shownTokens } from '../../lib/calls/rejection/shown-token.js';

const API = 'https://api.betfair.com';
const URL_OF_CALL = `${API}/exchange/betting/rest/v1.0/listEventTypes/`;
const headers = { 'X-Application': 'key', 'X-Authentication': 'token' };

const failed = (properties: object, cause?: unknown) =>
  Object.assign(new Error('It failed.', { cause }), properties);
const shown = (outcome: unknown, origin = API) => [...shownTokens(outcome, origin)];

/** The part of a `ClientRequest` that tells where it went and with what. */
const clientRequest = (host: string, path = '/x', protocol = 'https:') => ({
  protocol,
  host: host.replace(/:.*/, ''),
  path,
  getHeader: (name: string) => ({ host, 'x-authentication': 'token' })[name],
});

const axiosConfig = { url: URL_OF_CALL, headers: new AxiosHeaders(headers) };
const fetchRequest = new Request(URL_OF_CALL, { headers });

function fail(): never {
  throw new Error('trap');
}

describe('the token of a request is shown', () => {
  it.each<[string, unknown]>([
    ['an error of axios', new AxiosError('x', 'ERR_BAD_REQUEST', axiosConfig)],
    ['a result of axios', { status: 200, data: {}, headers: {}, config: axiosConfig }],
    ['axios with a baseURL', failed({ config: { baseURL: `${API}/exchange`, url: 'x', headers } })],
    ['axios with a baseURL alone', failed({ config: { baseURL: API, headers } })],
    [
      'axios that always prepends its baseURL',
      failed({
        config: {
          baseURL: API,
          url: 'https://other.example/x',
          allowAbsoluteUrls: false,
          headers,
        },
      }),
    ],
    ['an error of got', failed({ options: { url: new URL(URL_OF_CALL), headers } })],
    [
      'a result of got',
      { statusCode: 200, request: { options: { url: new URL(URL_OF_CALL), headers } } },
    ],
    [
      'the response on an error of got',
      failed({ response: { request: { options: { url: new URL(URL_OF_CALL), headers } } } }),
    ],
    [
      'an error of ofetch',
      failed({ request: URL_OF_CALL, options: { headers: new Headers(headers) } }),
    ],
    [
      'options of undici',
      failed({ options: { origin: API, path: '/x', headers: Object.entries(headers) } }),
    ],
    [
      'options of undici with a flat list',
      failed({ options: { origin: API, path: '/x', headers: Object.entries(headers).flat() } }),
    ],
    ['an error of ky', failed({ request: fetchRequest, response: new Response() })],
    ['a ClientRequest', failed({ request: clientRequest('api.betfair.com') })],
    ['a ClientRequest with a port', failed({ request: clientRequest('api.betfair.com:443') })],
    [
      'a ClientRequest through a proxy',
      failed({ request: clientRequest('proxy.example', URL_OF_CALL, 'http:') }),
    ],
    [
      'a ClientRequest on the response of superagent',
      failed({ response: { req: clientRequest('api.betfair.com') } }),
    ],
    [
      'a header of another case',
      { config: { url: API, headers: { 'x-AUTHENTICATION': 'token' } } },
    ],
  ])('by %s', (_, outcome) => {
    expect(shown(outcome)).toEqual(['token']);
    expect(shown(outcome, 'https://api.betfair.it')).not.toContain('token');
  });

  it('by a real ClientRequest', async () => {
    const server = createServer((_, response) => void response.end());
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    const origin = `http://127.0.0.1:${address.port}`;
    const request = httpRequest(`${origin}/x`, { headers });
    await new Promise((done) => {
      request.on('response', (response) => response.resume().on('end', done)).end();
    });
    server.closeAllConnections();
    await new Promise((done) => void server.close(done));
    expect(shown({ request }, origin)).toEqual(['token']);
    expect(shown({ request })).toEqual([]);
  });

  it('once for each token that is shown', () => {
    const other = { url: API, headers: { 'X-Authentication': 'other' } };
    expect(shown(failed({ config: axiosConfig, request: fetchRequest, options: other }))).toEqual([
      'token',
      'other',
    ]);
  });
});

describe('no token is shown', () => {
  it.each<[string, unknown]>([
    ['without a URL', failed({ config: { headers } })],
    ['with a path only', failed({ config: { url: '/exchange/x', headers } })],
    ['with a URL of no scheme', failed({ config: { url: '//api.betfair.com/x', headers } })],
    [
      'on a request to another origin',
      failed({ config: { baseURL: API, url: 'https://other.example', headers } }),
    ],
    ['on another port', failed({ config: { url: `${API}:8443/x`, headers } })],
    ['without TLS', failed({ config: { url: 'http://api.betfair.com/x', headers } })],
    ['in the headers of an answer', failed({ url: URL_OF_CALL, response: { headers } })],
    [
      'as a header that is no text',
      failed({ config: { url: API, headers: { ...headers, 'X-Authentication': 3 } } }),
    ],
    ['without headers', failed({ config: { url: API }, request: { url: API } })],
    ['a cause, whose request is another', failed({}, failed({ config: axiosConfig }))],
    ['by nothing', undefined],
    ['by a text', JSON.stringify({ config: axiosConfig })],
  ])('%s', (_, outcome) => {
    expect(shown(outcome)).toEqual([]);
  });

  it('by values that throw, are endless or claim to be', () => {
    const throwing = new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail });
    const endless: unknown = new Proxy(() => endless, { get: () => endless, apply: () => endless });
    const cycle: Record<string, unknown> = { url: API };
    for (const key of ['config', 'options', 'request', 'response', 'headers', 'cause']) {
      cycle[key] = cycle;
    }
    const long = new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 : 'x') });
    for (const value of [throwing, endless, cycle]) {
      expect(shown(value)).toEqual([]);
      expect(shown(failed({ config: value, request: value, response: value }))).toEqual([]);
    }
    for (const value of [throwing, endless, long, { get: fail }]) {
      expect(shown(failed({ config: { url: API, headers: value } }))).toEqual([]);
      expect(shown(failed({ request: { url: value, getHeader: fail, headers } }))).toEqual([]);
    }
  });
});
