import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Connector } from './connector.js';
import { Handshakes } from './handshakes.js';
import { type Connection, IdleConnections } from './idle-connections.js';
import { clientFor } from './pooled-client.js';
import { SpareSocket } from './spare-socket.js';
import { type Client, type Dispatcher, dispatcherTo, type RequestTarget } from './undici.js';
import { fail, type PooledRequest, WaitingLine } from './waiting-line.js';

/** Most connections to one origin. */
const MAX_CONNECTIONS = 512;

/** Node's own function, even if a test replaces it: it waits for the network, not for time. */
const nextTurn = setImmediate;

/**
 * Connections to one origin, each with one request at a time. A request takes the connection that was used last, or a
 * new one, so that a connection without an answer delays no other request. Requests wait only in a burst in which more
 * handshakes would take longer than waiting. A new connection serves the request that is first in line.
 */
export class ConnectionPool implements RequestTarget {
  /** Sends requests through the pool. */
  readonly dispatcher = dispatcherTo(this);
  readonly #busy = new Set<Client>();
  readonly #handshakes: Handshakes;
  readonly #idle: IdleConnections;
  readonly #waiting: WaitingLine;
  #isChecking = false;
  #closed: Error | undefined;

  /** @param connector - opens a connection, or fails within a time */
  constructor(
    private readonly origin: URL,
    connector: Connector,
    private readonly options: Client.Options,
    private readonly clock: Clock,
  ) {
    this.#handshakes = new Handshakes(origin, connector, clock);
    this.#idle = new IdleConnections(clock);
    this.#waiting = new WaitingLine(clock);
  }

  /** Opens a connection for the first request, if there is none. */
  prepare(): void {
    if (this.#size === 0 && this.#closed === undefined) this.#shakeHands();
  }

  get #size(): number {
    return this.#idle.length + this.#busy.size + this.#handshakes.size;
  }

  dispatch(options: PooledRequest, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#closed) {
      fail(handler, this.#closed);
      return false;
    }
    this.#waiting.push(options, handler);
    this.#serve();
    return true;
  }

  async destroy(reason?: unknown): Promise<void> {
    const closed = reason instanceof Error ? reason : new Error('The connections are closed.');
    this.#closed ??= closed;
    this.#handshakes.cancelAll();
    this.#waiting.failAll(closed);
    await Promise.all(
      [...this.#idle.takeAll(), ...this.#busy].map(async (connection) => {
        if (connection instanceof SpareSocket) connection.close();
        else await connection.destroy(closed);
      }),
    );
  }

  /** Gives waiting requests to idle connections, or to new ones. `isChecked`: ended connections have been removed. */
  #serve(isChecked = false): void {
    this.#waiting.dropLate();
    while (this.#waiting.length > 0) {
      // A connection whose answer has just arrived is free within one turn, much sooner than a new one.
      const mustCheck = this.#idle.length > 0 ? this.#idle.mayHaveEnded : this.#busy.size > 0;
      if (!isChecked && mustCheck) return this.#check();
      if (!this.#serveOne()) return this.#open();
    }
  }

  /** Lets the event loop turn once, which removes connections that have ended and frees others. */
  #check(): void {
    if (this.#isChecking) return;
    this.#isChecking = true;
    nextTurn(() => {
      this.#isChecking = false;
      this.#serve(true);
    });
  }

  #send(client: Client): void {
    const next = this.#waiting.shift();
    if (next === undefined) return this.#idle.add(client);
    this.#busy.add(client);
    next.inContext(() => client.dispatch(next.options, next.handler));
    // undici refused the request, for example for an invalid header, so the connection is free.
    if (client.stats.size === 0) this.#free(client);
  }

  /** Opens a connection for each waiting request that has none, within the limits. */
  #open(): void {
    const missing = Math.min(
      this.#handshakes.missingFor(this.#waiting.length),
      MAX_CONNECTIONS - this.#size,
    );
    for (let i = 0; i < missing; i += 1) this.#shakeHands();
    this.#waiting.watch(() => this.#serve(true));
  }

  #shakeHands(): void {
    this.#handshakes.start(
      (socket) => this.#welcome(socket),
      (error, since) => this.#failFirst(error, since),
    );
  }

  #welcome(socket: Socket): void {
    const spare: SpareSocket = new SpareSocket(socket, this.clock, () => this.#idle.remove(spare));
    this.#idle.add(spare);
    this.#waiting.dropLate();
    // Only one: in a burst, the other requests are served sooner by connections that come free.
    if (this.#waiting.length > 0) this.#serveOne();
  }

  #serveOne(): boolean {
    const connection = this.#idle.take();
    const client = connection && this.#clientOf(connection);
    if (client) this.#send(client);
    return connection !== undefined;
  }

  #clientOf(connection: Connection): Client | undefined {
    if (!(connection instanceof SpareSocket)) return connection;
    const socket = connection.take();
    if (socket === undefined) return undefined;
    const client = clientFor(this.origin, socket, this.options);
    return client
      .on('drain', () => this.#free(client))
      .on('disconnect', () => this.#remove(client));
  }

  #free(client: Client): void {
    if (!this.#busy.delete(client)) return;
    this.#waiting.dropLate();
    this.#send(client);
  }

  #remove(client: Client): void {
    this.#busy.delete(client);
    this.#idle.remove(client);
    client.close().catch(() => undefined);
    if (this.#closed === undefined) this.#serve(true);
  }

  /** Fails one request for each failed handshake: the first in line, unless it came after the handshake began. */
  #failFirst(error: Error, since: number): void {
    this.#waiting.dropLate();
    const { first } = this.#waiting;
    if (first && first.since <= since) this.#waiting.failFirst(error);
    this.#serve(true);
  }
}
