import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Connector } from './connector.js';
import type { buildConnector } from './undici.js';

/** Most handshakes at a time. More would make each of them, and the first answer, slower. */
const MAX_HANDSHAKES = 64;
/** Milliseconds after which a handshake no longer counts: it waits for the server and costs us nothing. */
const SLOW_AFTER_MS = 1_000;

interface Handshake {
  readonly since: number;
  cancel: () => void;
}

/** Unfinished handshakes of new connections to one origin. */
export class Handshakes {
  readonly #unfinished = new Set<Handshake>();
  readonly #target: buildConnector.Options;

  constructor(
    origin: URL,
    private readonly connector: Connector,
    private readonly clock: Clock,
  ) {
    const { protocol, host, hostname, port } = origin;
    // An IPv6 address has brackets in a URL, but not for a socket.
    const target = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    // Without a prototype, in which a connector would look for more options.
    this.#target = Object.assign(Object.create(null), target);
  }

  get size(): number {
    return this.#unfinished.size;
  }

  /** Number of handshakes to start for `waiting` requests, within the limit. */
  missingFor(waiting: number): number {
    const slow = this.clock.monotonic() - SLOW_AFTER_MS;
    const young = [...this.#unfinished].filter(({ since }) => since > slow).length;
    return Math.min(waiting, MAX_HANDSHAKES) - young;
  }

  /** Starts a handshake. A failure comes with the monotonic time of its start. */
  start(
    onConnected: (socket: Socket) => void,
    onFailed: (error: Error, since: number) => void,
  ): void {
    const handshake: Handshake = { since: this.clock.monotonic(), cancel: () => undefined };
    this.#unfinished.add(handshake);
    const end = (...[error, socket]: Parameters<buildConnector.Callback>) => {
      this.#unfinished.delete(handshake);
      if (error) onFailed(error, handshake.since);
      else onConnected(socket);
    };
    handshake.cancel = this.connector(this.#target, end);
  }

  cancelAll(): void {
    for (const { cancel } of this.#unfinished) cancel();
    this.#unfinished.clear();
  }
}
