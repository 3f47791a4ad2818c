import type { Socket } from 'node:net';
import type { Clock, ClockTimer } from '../clock.js';

/** Milliseconds that a connection waits for its first request. */
const UNUSED_FOR_MS = 60_000;

/**
 * A connection, TLS handshake included, that no request has used yet. It is closed after a minute, and does not keep
 * the process alive.
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
    this.#timer = clock.timer(this.#end, UNUSED_FOR_MS);
  }

  /** Hands the connection to a request; `undefined` where it has ended. */
  take(): Socket | undefined {
    this.#forget();
    return this.socket.readable && this.socket.writable ? this.socket.ref() : undefined;
  }

  /** Closes the connection. */
  close(): void {
    this.#forget();
    closeSocket(this.socket);
  }

  /** Nothing was asked, so whatever comes makes the connection useless. Reading is also what shows its end. */
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

/** Ends a connection that nobody looks after; a late error of it is nobody's. */
export function closeSocket(socket: Socket): void {
  socket.on('error', () => undefined).destroy();
}
