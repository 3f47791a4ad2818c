import type { Socket } from 'node:net';
import type { Clock, ClockTimer } from '../clock.js';
import type { buildConnector } from './undici.js';

/** Milliseconds that a connection waits for its first request. */
const UNUSED_FOR_MS = 60_000;

type Callback = buildConnector.Callback;

/**
 * Opens one connection ahead, TLS handshake included, for the first request to take: an order after a start then
 * waits for no handshake. Nothing is sent on it, and its failure is silent, since the request opens its own.
 */
export class ReadyConnection {
  #socket: Socket | undefined;
  /** Takes the connection that is still being opened. */
  #taker: Callback | undefined;
  #opening = false;
  #closed = false;
  #timer: ClockTimer | undefined;

  constructor(
    private readonly connector: buildConnector.connector,
    private readonly clock: Clock,
  ) {}

  /** Opens the connection, unless there is one. */
  open(options: buildConnector.Options): void {
    if (this.#socket || this.#opening || this.#closed) return;
    this.#opening = true;
    this.connector(options, (...[error, socket]: Parameters<Callback>) => {
      this.#opening = false;
      const taker = this.#taker;
      this.#taker = undefined;
      if (taker && error) this.connector(options, taker);
      else if (taker && socket) taker(null, socket);
      else if (socket) this.#keep(socket);
    });
  }

  /** A connector for undici: gives the connection that is ready, or one that it opens. */
  readonly connect: buildConnector.connector = (options, callback) => {
    if (this.#opening && !this.#taker) this.#taker = callback;
    else if (this.#socket === undefined) this.connector(options, callback);
    // After a turn of the event loop, in which an end that has arrived is noticed.
    else setImmediate(() => this.#take(options, callback));
  };

  /** Closes the connection if nobody took it, and opens no other. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #keep(socket: Socket): void {
    this.#socket = socket.unref();
    socket.on('readable', this.#notice).on('error', this.#drop).on('close', this.#drop);
    if (this.#closed) this.#drop();
    else this.#timer = this.clock.timer(this.#drop, UNUSED_FOR_MS);
  }

  #take(options: buildConnector.Options, callback: Callback): void {
    const socket = this.#socket;
    this.#forget();
    if (socket?.readable && socket.writable) callback(null, socket.ref());
    else this.connector(options, callback);
  }

  /** Nothing was asked, so whatever comes makes the connection useless. Reading is also what shows its end. */
  readonly #notice = () => {
    if (this.#socket?.read() !== null) this.#drop();
  };

  readonly #drop = () => {
    const socket = this.#socket;
    this.#forget();
    // A late error of a socket that is given up has no other listener.
    socket?.on('error', () => undefined).destroy();
  };

  #forget(): void {
    this.#timer?.cancel();
    this.#socket?.off('readable', this.#notice).off('error', this.#drop).off('close', this.#drop);
    this.#socket = undefined;
  }
}
