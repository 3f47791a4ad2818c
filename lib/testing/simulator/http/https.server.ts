import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { LoopbackServer } from './loopback.server.js';
import type { SimulatorReply } from './reply.js';

/** One request, and ways to answer it or fail. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** IP address of the client. */
  readonly address: string;
  /** `true` if the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** SHA-256 fingerprint of the client certificate, if there is one. */
  readonly fingerprint: string | undefined;
  send(reply: SimulatorReply): void;
  /** Sends the headers of the whole answer and the first half of its body, then nothing. */
  sendHalf(reply: SimulatorReply): void;
  reset(): void;
}

export type ExchangeHandler = (exchange: Exchange) => Promise<void>;

/** Milliseconds after which idle connections are closed, as at Betfair. */
const IDLE_TIMEOUT_MS = 180_000;

/** An HTTPS server on a port of 127.0.0.1 that can be stopped at once. */
export class SimulatorServer {
  readonly #server: Server;
  readonly #loopback: LoopbackServer;

  private constructor(options: ServerOptions, handler: ExchangeHandler) {
    this.#server = createServer({ ...options, keepAliveTimeout: IDLE_TIMEOUT_MS });
    this.#loopback = new LoopbackServer(this.#server);
    const serve = (request: IncomingMessage, response: ServerResponse, expects: boolean): void => {
      this.#serve(request, response, expects, handler).catch(() => request.socket.destroy());
    };
    this.#server.on('request', (request, response) => serve(request, response, false));
    this.#server.on('checkContinue', (request, response) => serve(request, response, true));
  }

  /** @param port - 0 for a free one */
  static async listen(
    options: ServerOptions,
    port: number,
    handler: ExchangeHandler,
  ): Promise<SimulatorServer> {
    const server = new SimulatorServer(options, handler);
    await server.#loopback.listen(port);
    return server;
  }

  /** Origin: `https://127.0.0.1:<port>`. */
  get url(): string {
    return `https://127.0.0.1:${this.#loopback.port}`;
  }

  close(): Promise<void> {
    return this.#loopback.close();
  }

  async #serve(
    message: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    handler: ExchangeHandler,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    if (!expectsContinue) {
      for await (const chunk of message) {
        if (Buffer.isBuffer(chunk)) chunks.push(chunk);
      }
    }
    const { socket } = message;
    await handler({
      method: message.method ?? '',
      path: message.url ?? '',
      headers: headersOf(message),
      body: Buffer.concat(chunks).toString('utf8'),
      address: socket.remoteAddress ?? '',
      expectsContinue,
      fingerprint: fingerprintOf(socket),
      send: (reply) => {
        // The unread body must not be parsed as the next request.
        if (expectsContinue) response.setHeader('connection', 'close');
        response.writeHead(reply.status, headersFor(reply)).end(reply.body);
      },
      sendHalf: (reply) => {
        response.writeHead(reply.status, headersFor(reply)).write(firstHalf(reply.body));
      },
      reset: () => this.#loopback.reset(socket),
    });
  }
}

/** Returns the first half of a body. */
export function firstHalf(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function headersFor(reply: SimulatorReply): Record<string, string | number> {
  return { 'content-length': Buffer.byteLength(reply.body), ...reply.headers };
}

function headersOf(message: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(message.headersDistinct).map(([name, values]) => [
      name,
      values?.join(', ') ?? '',
    ]),
  );
}

function fingerprintOf(socket: Socket): string | undefined {
  return socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
}
