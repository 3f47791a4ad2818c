// Stands between a client and an HTTP server, and does to requests what it was told.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * An answer that the server behind the proxy did not give.
 *
 * @typedef {{ status: number, headers?: Record<string, string>, body?: string }} Reply
 */

/**
 * What happens to one request: `lose` lets the server carry it out and cuts the line instead of answering, `cut` does so
 * without telling the server, `hang` neither tells the server nor answers, `hang in the body` answers with a head.
 *
 * @typedef {'lose' | 'cut' | 'hang' | 'hang in the body' | Reply} Fault
 */

export class FaultProxy {
  /** @type {{ method: string, fault: Fault }[]} */
  #faults = [];
  /** @type {Fault | undefined} */
  #always;
  /** @type {readonly string[]} */
  #ignored = [];
  /**
   * Methods of the requests that arrived.
   *
   * @type {string[]}
   */
  seen = [];
  /** @type {Promise<unknown>} */
  #turn = Promise.resolve();
  #server = createServer((incoming, outgoing) => {
    this.#handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  /** Any that is free, until there is one. */
  #port = 0;
  #target;
  #oneAtATime;

  /**
   * @param {string} target
   * @param {boolean} oneAtATime
   */
  constructor(target, oneAtATime) {
    this.#target = target;
    this.#oneAtATime = oneAtATime;
  }

  /**
   * With `oneAtATime` the server gets the next request when it has answered the last: for an emulator whose conditional
   * writes are not atomic, as the service's are.
   *
   * @param {string} target
   */
  static async start(target, { oneAtATime = false } = {}) {
    const proxy = new FaultProxy(target, oneAtATime);
    await proxy.#listen();
    return proxy;
  }

  /** Takes connections again, where it did before, if it was stopped. */
  async restart() {
    if (!this.#server.listening) await this.#listen();
  }

  /** Such as `http://127.0.0.1:41563`. */
  get origin() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed.');
    return `http://127.0.0.1:${address.port}`;
  }

  /**
   * The next requests with that method meet these faults, one each.
   *
   * @param {string} method
   * @param {readonly Fault[]} faults
   */
  next(method, ...faults) {
    this.#faults.push(...faults.map((fault) => ({ method, fault })));
  }

  /**
   * Every request meets that fault, until it is called without one.
   *
   * @param {Fault} [fault]
   */
  always(fault) {
    this.#always = fault;
  }

  /**
   * The server never sees these headers, as if it did not know them.
   *
   * @param {readonly string[]} headers
   */
  ignore(...headers) {
    this.#ignored = headers;
  }

  /** Faults that no request has met yet. */
  get left() {
    return this.#faults.length;
  }

  reset() {
    this.#faults.length = 0;
    this.#always = undefined;
    this.#ignored = [];
    this.seen.length = 0;
    this.#server.closeAllConnections();
  }

  async stop() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {import('node:http').ServerResponse} outgoing
   */
  async #handle(incoming, outgoing) {
    const body = await buffer(incoming);
    const method = incoming.method ?? '';
    this.seen.push(method);
    const fault = this.#always ?? this.#take(method);
    if (fault === 'hang') return;
    if (fault === 'cut') return void outgoing.destroy();
    if (fault === 'hang in the body') {
      outgoing.writeHead(200, { 'content-length': '100', etag: '"1"', 'x-goog-generation': '1' });
      outgoing.write('half');
      return;
    }
    if (typeof fault === 'object') {
      outgoing.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const forwarded = this.#turn.then(() => this.#forward(incoming, body));
    if (this.#oneAtATime) this.#turn = forwarded.catch(() => undefined);
    const { head, content } = await forwarded;
    if (fault === 'lose') return void outgoing.destroy();
    outgoing.writeHead(head.statusCode ?? 502, head.rawHeaders).end(content);
  }

  async #listen() {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = Number(new URL(this.origin).port);
  }

  /** @param {string} method */
  #take(method) {
    const index = this.#faults.findIndex((planned) => planned.method === method);
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
  }

  /**
   * @param {import('node:http').IncomingMessage} incoming
   * @param {Buffer} body
   */
  async #forward(incoming, body) {
    const outgoing = request(new URL(incoming.url ?? '/', this.#target), {
      method: incoming.method,
      headers: { ...incoming.headers, 'content-length': String(body.length), connection: 'close' },
      agent: false,
    });
    // A chunked request was read whole.
    outgoing.removeHeader('transfer-encoding');
    for (const header of this.#ignored) outgoing.removeHeader(header);
    outgoing.end(body);
    /** @type {[import('node:http').IncomingMessage]} */
    const [head] = await once(outgoing, 'response');
    return { head, content: await buffer(head) };
  }
}
