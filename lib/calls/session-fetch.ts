import { type Dispatcher, fetch } from 'undici';
import { BetfairSessionError } from '../errors/index.js';
import type { BetfairSession } from '../session/betfair-session.js';
import type { TrackedCallOptions } from './tracked-call.js';

/** A request that is ready to be sent with any session, more than once if its body allows. */
export interface PreparedRequest extends TrackedCallOptions {
  readonly url: string | URL;
  readonly send: (session: BetfairSession, url: URL) => Promise<Response>;
}

/** Sends requests to the API, and a token to nobody else. */
export class ApiFetcher {
  readonly #base: URL;

  constructor(
    api: string,
    private readonly transport: Dispatcher,
  ) {
    this.#base = new URL(api);
  }

  async prepare(input: string | URL | Request, given?: RequestInit): Promise<PreparedRequest> {
    const [url, init] =
      input instanceof Request ? await unfold(input, given) : [input, given ?? {}];
    const { body, contentType, repeatable } = await repeatableBody(init.body);
    const send = (session: BetfairSession, resolved: URL) => {
      const { 'X-Authentication': token, 'X-Application': key, ...defaults } = session.headers();
      const headers = new Headers(defaults);
      if (contentType !== undefined) headers.set('Content-Type', contentType);
      new Headers(init.headers).forEach((value, name) => headers.set(name, value));
      headers.set('X-Authentication', token);
      headers.set('X-Application', key);
      return fetch(resolved, {
        method: init.method ?? 'GET',
        headers: [...headers],
        signal: init.signal ?? null,
        ...(body !== undefined && { body, duplex: 'half' }),
        // A redirect could take the token to another host.
        redirect: 'manual',
        dispatcher: this.transport,
      });
    };
    return { url, send, repeatable, signal: init.signal ?? undefined };
  }

  /**
   * @throws BetfairSessionError `BETFAIR_FOREIGN_URL`: the URL is not on the API's origin, the only one that may see the
   * token
   */
  resolve(input: string | URL): URL {
    const url = new URL(input, this.#base);
    const { origin, protocol } = this.#base;
    const anonymous = url.username === '' && url.password === '';
    // The origin alone would let `blob:https://…` through.
    if (url.origin === origin && url.protocol === protocol && anonymous) return url;
    const reason = anonymous ? `not to ${url.protocol}//${url.host}` : 'in a URL without user name';
    throw new BetfairSessionError(
      `The session is sent only to ${origin}, ${reason}. Use a path such as /exchange/betting/json-rpc/v1, set endpoints.api to the API that you mean, or call other hosts with another client.`,
      { code: 'BETFAIR_FOREIGN_URL', retryable: false },
    );
  }
}

/** A `Request`, with what `init` changes of it, in the two parts that fetch takes. */
async function unfold(input: Request, init?: RequestInit): Promise<[string, RequestInit]> {
  const request = new Request(input, init);
  const { method, signal, url } = request;
  const headers = new Headers(request.headers);
  // What it says of text by itself; Betfair takes only JSON.
  if (headers.get('Content-Type') === 'text/plain;charset=UTF-8') headers.delete('Content-Type');
  const body = request.body === null ? null : await request.arrayBuffer();
  return [url, { method, headers, body, signal }];
}

async function repeatableBody(body: RequestInit['body']) {
  if (body === undefined || body === null) return { repeatable: true };
  if (typeof body === 'string') return { body, repeatable: true };
  if (body instanceof ReadableStream || Symbol.asyncIterator in body) {
    return { body, repeatable: false };
  }
  // Turned to bytes once: forms, blobs and buffers, whatever copy of the fetch classes they come from.
  const encoded = new Response(body);
  return {
    body: new Uint8Array(await encoded.arrayBuffer()),
    repeatable: true,
    contentType: encoded.headers.get('content-type') ?? undefined,
  };
}
