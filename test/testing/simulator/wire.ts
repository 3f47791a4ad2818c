import { request, type Agent } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import type { SimulatorSessionOptions } from '../../../lib/testing/index.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The parsed body; fails the test when it is not JSON. */
  json(): unknown;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
  readonly signal?: AbortSignal;
  /** Address of this machine to call from. */
  readonly localAddress?: string;
  /** Keeps connections where there are many requests. @default none */
  readonly agent?: Agent;
}

/** One request on a connection of its own, without any header that was not asked for. */
export function send(ca: string, url: string, raw: RawRequest = {}): Promise<Reply> {
  const { method = 'POST', headers = {}, body = '', certificate, agent = false } = raw;
  const { signal, localAddress } = raw;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers },
      ca,
      agent,
      ...certificate,
      signal,
      localAddress,
    };
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: text,
          json: () => JSON.parse(text),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** A client that does everything as Betfair wants it. */
export function rightClient(options: SimulatorSessionOptions) {
  const { endpoints, ca, applicationKey, certificate } = options;
  const form = (password = options.password) =>
    new URLSearchParams({ username: options.username, password }).toString();
  const formHeaders = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'x-application': applicationKey,
  };
  const session = (token: string) => ({
    accept: 'application/json',
    'x-application': applicationKey,
    'x-authentication': token,
  });
  const apiHeaders = (token: string) => ({
    ...session(token),
    'content-type': 'application/json',
  });
  return {
    formHeaders,
    apiHeaders,
    form,
    certLogin: (body = form()) =>
      send(ca, endpoints.certLogin, { headers: formHeaders, body, certificate }),
    login: (body = form()) => send(ca, endpoints.login, { headers: formHeaders, body }),
    keepAlive: (token: string) => send(ca, endpoints.keepAlive, { headers: session(token) }),
    logout: (token: string) => send(ca, endpoints.logout, { headers: session(token) }),
    call: (token: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
      send(ca, `${endpoints.api}${path}`, {
        headers: { ...apiHeaders(token), ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    token: async (): Promise<string> => {
      const reply = (
        await send(ca, endpoints.certLogin, { headers: formHeaders, body: form(), certificate })
      ).json();
      if (typeof reply === 'object' && reply !== null && 'sessionToken' in reply) {
        return String(reply.sessionToken);
      }
      throw new Error(`No token in ${JSON.stringify(reply)}`);
    },
  };
}

export const BETTING = '/exchange/betting/json-rpc/v1';
export const ACCOUNT = '/exchange/account/json-rpc/v1';

export function rpc(method: string, params: object = {}, id: unknown = 1): object {
  return { jsonrpc: '2.0', method, params, id };
}

/** A port below those that systems hand out, so that no other test has it or its neighbours by chance. */
export function quietPort(): number {
  return 20_000 + Math.floor(Math.random() * 9_000);
}

/** Waits for what another connection brings about; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A wall clock that only moves when told. */
export class TestClock {
  now = Date.UTC(2026, 10, 1);
  wall(): number {
    return this.now;
  }
}
