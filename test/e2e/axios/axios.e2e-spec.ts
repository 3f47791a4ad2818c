import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { AxiosInstance, AxiosStatic, InternalAxiosRequestConfig } from 'axios';
import { attachBetfairSession } from 'nestjs-betfair-session';
import { INVALID, restFault, succeeded } from '../../calls/rejections.fixture.js';
import { startProxy } from '../../identity/support/proxy.js';
import { closeAccounts } from '../../support/account.js';
import { placeOrders, RPC } from '../../support/betting.js';
import { closeOwnApis, startOwnApi } from '../../support/own-api.js';
import { printed } from './printed.js';

afterEach(async () => {
  delete process.env['HTTPS_PROXY'];
  await closeOwnApis();
  await closeAccounts();
});

const VERSIONS = ['1.12', '1.13', '1.16', '1.18', '1.21'];
const TOO_OLD = ['1.7', '1.11'];
/** Installed beside this file only, so the compiler must not look for it. */
const RETRY: string = 'axios-retry';
const ORDER = placeOrders();

async function load(version: string): Promise<AxiosStatic> {
  const { default: axios }: { default: AxiosStatic } = await import(`axios-${version}`);
  return axios;
}

/** An attached instance of a version, and an API that behaves as its paths say. */
async function setUp(version: string) {
  const axios = await load(version);
  const api = await startOwnApi(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const json = { 'content-type': 'application/json' };
    switch (String(request.url)) {
      case '/503':
        return void response.writeHead(503, json).end('{}');
      case '/400':
        return void response.writeHead(400, json).end(JSON.stringify(restFault(INVALID)));
      case '/302':
        return void response.writeHead(302, { location: '/elsewhere' }).end();
      case '/reset':
        return void request.socket.destroy();
      case '/hung':
        return;
      case '/slow':
        response.writeHead(200, json).write('{"a":"');
        await delay(100);
        return void response.end('b"}');
      case '/echo':
        return void response.writeHead(200, json).end(JSON.stringify({ body }));
      default:
        return void response.writeHead(200, json).end(JSON.stringify(succeeded));
    }
  });
  const http = attachBetfairSession(axios.create(), api.sessions);
  const { token, applicationKey } = await api.sessions.getSession();
  return { ...api, axios, http, secrets: [token, applicationKey] };
}

/** What a request comes to, with everything that hangs on it. */
function outcome(request: Promise<unknown>): Promise<unknown> {
  return request.then(
    (response) => response,
    (error: unknown) => error,
  );
}

describe.each(VERSIONS)('axios %s, attached', (version) => {
  const endings: readonly (readonly [string, (http: AxiosInstance) => Promise<unknown>])[] = [
    ['an answer', (http) => http.post(RPC, ORDER)],
    ['a 503', (http) => http.post('/503', ORDER)],
    ['a refusal', (http) => http.post('/400', ORDER)],
    ['a redirect', (http) => http.post('/302', ORDER)],
    ['a lost connection', (http) => http.post('/reset', ORDER)],
    ['a time-out', (http) => http.post('/hung', ORDER, { timeout: 200 })],
    ['an abort', (http) => http.post('/hung', ORDER, { signal: AbortSignal.timeout(200) })],
    ['an answer that is no JSON', (http) => http.post('/slow', ORDER, { responseType: 'stream' })],
    ['another origin', (http) => http.post('https://127.0.0.1:1/x', ORDER)],
  ];

  it.each(endings)('shows no token and no key, however it is printed: %s', async (_, send) => {
    const { http, secrets, sessions } = await setUp(version);
    const texts = await printed(await outcome(send(http)));
    const later = await sessions.getSession();
    for (const secret of [...secrets, later.token]) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(texts.length).toBeGreaterThan(10);
  });

  it('sends an order once, through a tunnel of the proxy that the environment names', async () => {
    const proxy = await startProxy();
    process.env['HTTPS_PROXY'] = proxy.url;
    const { http, url, requests } = await setUp(version);
    expect((await http.post<unknown>(RPC, ORDER)).data).toEqual(succeeded);
    expect(requests()).toBe(1);
    // All that it was asked for are tunnels to the identity service and to the API.
    expect(proxy.targets.filter((target) => url.endsWith(target))).toHaveLength(1);
    await proxy.close();
  });

  it('refuses the config of another account, also from JSON', async () => {
    const a = await setUp(version);
    const b = await setUp(version);
    // Two accounts of one application have different names; here it is the user name that differs.
    Reflect.set(b.sessions.account, 'id', 'italy:0123456789abcdef');
    const failed: unknown = await outcome(a.http.post('/503', ORDER));
    const { config } = Object(failed);
    for (const again of [config, JSON.parse(JSON.stringify(config))]) {
      expect(await outcome(b.http.request(again))).toMatchObject({
        code: 'BETFAIR_FOREIGN_SESSION',
      });
    }
    expect([a.requests(), b.requests()]).toEqual([1, 0]);
    await outcome(a.http.request(config));
    expect(a.requests()).toBe(2);
  });

  it('reports progress, transforms, intercepts, and cancels as ever', async () => {
    const { http, axios } = await setUp(version);
    const events: string[] = [];
    http.interceptors.request.use((config: InternalAxiosRequestConfig) => {
      events.push('request');
      return config;
    });
    http.interceptors.response.use((response) => {
      events.push('response');
      return response;
    });
    const { data } = await http.post<{ a: string }>('/slow', 'x'.repeat(200_000), {
      headers: { 'Content-Type': 'text/plain' },
      onUploadProgress: () => void events.push('up'),
      onDownloadProgress: () => void events.push('down'),
      transformResponse: [(text: string) => JSON.parse(text)],
    });
    expect(data).toEqual({ a: 'b' });
    expect(new Set(events)).toEqual(new Set(['request', 'up', 'down', 'response']));

    const source = axios.CancelToken.source();
    const cancelled = outcome(http.post('/hung', ORDER, { cancelToken: source.token }));
    await delay(100);
    source.cancel('no more');
    expect(axios.isCancel(await cancelled)).toBe(true);
    const timedOut = await outcome(http.post('/hung', ORDER, { timeout: 100 }));
    expect(timedOut).toMatchObject({ message: expect.stringMatching(/^timeout .*100.*exceeded$/) });
    expect(axios.isAxiosError(timedOut)).toBe(true);
  });

  it.each([
    ['an object', { a: 'é' }, '{"a":"é"}'],
    ['text', '{"a":"é"}', '{"a":"é"}'],
    ['bytes', Buffer.from('{"a":"é"}'), '{"a":"é"}'],
    ['a Blob', new Blob(['{"a":"é"}']), '{"a":"é"}'],
  ])('uploads %s', async (_, body, text) => {
    const { http } = await setUp(version);
    expect((await http.post<unknown>('/echo', body)).data).toEqual({ body: text });
  });

  it('uploads a form', async () => {
    const { http } = await setUp(version);
    const form = new FormData();
    form.set('name', 'välue');
    const { data } = await http.post<{ body: string }>('/echo', form);
    expect(data.body).toMatch(/name="name"\r\n\r\nvälue\r\n/);
  });

  it('reads bytes and blobs', async () => {
    const { http } = await setUp(version);
    const text = JSON.stringify(succeeded);
    const bytes = await http.post<ArrayBuffer>(RPC, ORDER, { responseType: 'arraybuffer' });
    expect(Buffer.from(bytes.data).toString()).toBe(text);
    const blob = await http.post<Blob>(RPC, ORDER, { responseType: 'blob' });
    expect(await blob.data.text()).toBe(text);
  });

  it('is submitted again by axios-retry where that is told to', async () => {
    const { http, requests } = await setUp(version);
    const retry: { default(instance: AxiosInstance, options: object): void } = await import(RETRY);
    retry.default(http, { retries: 2 });
    expect(await outcome(http.get('/503'))).toMatchObject({ status: 503 });
    expect(requests()).toBe(3);
    // An order is none of what it repeats by itself.
    expect(await outcome(http.post('/503', ORDER))).toMatchObject({ status: 503 });
    expect(requests()).toBe(4);
  });
});

describe.each(TOO_OLD)('axios %s', (version) => {
  it('is refused at its first request, before anything is sent', async () => {
    const { http, server, requests } = await setUp(version);
    const asked = once(server, 'request').then(() => 'asked');
    expect(await outcome(http.post(RPC, ORDER))).toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringMatching(/axios 1\.12 or newer.*npm i axios@latest.*run\(\)/),
    });
    expect(await Promise.race([asked, delay(200)])).toBeUndefined();
    expect(requests()).toBe(0);
  });
});
