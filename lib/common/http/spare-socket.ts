import type { Socket } from 'node:net';
import type { Clock, ClockTimer } from '../clock.js';

/** Milliseconds that a connection waits for its first request. */
const MAX_UNUSED_MS = 60_000;

/**
 * A connection, with its TLS handshake done, that no request has used yet. It is closed after a minute, and does not
 * keep the process alive.
 */
export class SpareSocket {
  readonly #timer: ClockTimer;

  constructor(
    private readonly socket: Socket,
    clock: Clock,
    private readonly onEnd: () => void,
  ) {
    socket.unref();
    socket.on('readable', this.#notice).on('error', this.#end).on('close', this.#end);
    this.#timer = clock.timer(this.#end, MAX_UNUSED_MS);
  }

  /** Gives the socket to a request; `undefined` if the connection has ended. */
  take(): Socket | undefined {
    this.#forget();
    return this.socket.readable && this.socket.writable ? this.socket.ref() : undefined;
  }

  /** Closes the connection. */
  close(): void {
    this.#forget();
    closeSocket(this.socket);
  }

  /** Ends a connection that sends something without a request. Reading is also needed to notice its end. */
  readonly #notice = () => {
    if (this.socket.read() !== null) this.#end();
  };

  readonly #end = () => {
    this.close();
    this.onEnd();
  };

  #forget(): void {
    this.#timer.cancel();
    this.socket.off('readable', this.#notice).off('error', this.#end).off('close', this.#end);
  }
}

/** Closes a socket that nobody uses any more, and ignores its late errors. */
export function closeSocket(socket: Socket): void {
  socket.on('error', () => undefined).destroy();
}
