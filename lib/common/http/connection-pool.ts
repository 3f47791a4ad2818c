import type { Socket } from 'node:net';
import type { Clock, ClockTimer } from '../clock.js';
import type { Connector } from './connector.js';
import { clientFor } from './pooled-client.js';
import { SpareSocket } from './spare-socket.js';
import { type buildConnector, Client, Dispatcher } from './undici.js';
import { fail, type PooledRequest, WaitingLine } from './waiting-line.js';

/** Connections to one origin. */
const MOST_CONNECTIONS = 512;
/** Handshakes at a time: more at once make each of them, and the first answer, slower. */
const MOST_HANDSHAKES = 64;
/** Milliseconds after which a handshake counts no more as one of them: it waits for the other side, not for us. */
const SLOW_AFTER_MS = 1_000;
/** Milliseconds without any progress after which requests that wait get further connections. */
const STALLED_AFTER_MS = 50;
/** Milliseconds after which an idle connection may have been closed without being noticed yet. */
const UNSEEN_AFTER_MS = 4_000;

/** That of Node, also where a test puts another in its place: it waits for the network, not for time. */
const nextTurn = setImmediate;

interface Handshake {
  readonly since: number;
  cancel: () => void;
}

/** A connection without a request; one that never had any is a {@link SpareSocket}. */
interface Idle {
  readonly connection: Client | SpareSocket;
  readonly since: number;
}

/**
 * Connections to one origin, each with one request at a time. A request takes the connection that was used last, or a
 * new one, so that one without an answer delays no other; it waits only in a burst that would cost more in handshakes
 * than in waiting. A connection is made for whoever is first in line when it is there, not for a certain request.
 */
export class ConnectionPool extends Dispatcher {
  readonly #busy = new Set<Client>();
  readonly #handshakes = new Set<Handshake>();
  /** The one that was used last comes last. */
  #idle: Idle[] = [];
  readonly #waiting: WaitingLine;
  /** Told of the end of each request. */
  readonly #onEnd: (() => void)[] = [];
  #stalled: ClockTimer | undefined;
  #looking = false;
  #closed: Error | undefined;
  readonly #target: buildConnector.Options;

  /** @param connector - makes a connection, or fails within a time */
  constructor(
    private readonly origin: URL,
    private readonly connector: Connector,
    private readonly options: Client.Options,
    private readonly clock: Clock,
  ) {
    super();
    this.#waiting = new WaitingLine(clock);
    const { protocol, host, hostname, port } = origin;
    // An IPv6 address has brackets in a URL, and none for a socket.
    const target = { protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port };
    // Without a prototype, in which a connector would look for more.
    this.#target = Object.assign(Object.create(null), target);
  }

  /** Makes a connection for the first request to take, if there is none. */
  prepare(): void {
    if (this.#size === 0 && this.#closed === undefined) this.#shakeHands();
  }

  get #size(): number {
    return this.#idle.length + this.#busy.size + this.#handshakes.size;
  }

  /** Tells if a request waits or is under way. */
  get isBusy(): boolean {
    return this.#busy.size + this.#waiting.length > 0;
  }

  /** Waits until no request waits or is under way. */
  async settle(): Promise<void> {
    while (this.isBusy) {
      await new Promise<void>((resolve) => this.#onEnd.push(resolve));
    }
  }

  override dispatch(options: PooledRequest, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#closed) {
      fail(handler, this.#closed);
      return false;
    }
    this.#waiting.push(options, handler);
    this.#serve();
    return true;
  }

  override async destroy(reason?: unknown): Promise<void> {
    const closed = reason instanceof Error ? reason : new Error('The connections are closed.');
    this.#closed ??= closed;
    this.#stalled?.cancel();
    for (const { cancel } of this.#handshakes) cancel();
    this.#handshakes.clear();
    this.#waiting.failAll(closed);
    const connections = [
      ...this.#idle.splice(0).map(({ connection }) => connection),
      ...this.#busy,
    ];
    await Promise.all(
      connections.map(async (connection) => {
        if (connection instanceof SpareSocket) connection.close();
        else await connection.destroy(closed);
      }),
    );
  }

  /** Requests in flight fail, as with {@link destroy}: nobody of ours waits for the rest. */
  override close(): Promise<void> {
    return this.destroy();
  }

  /** Gives what waits to connections that are idle, or to new ones; `seen`: their state is known. */
  #serve(seen = false): void {
    this.#dropLate();
    while (this.#waiting.length > 0) {
      const last = this.#idle.at(-1);
      const isStale = last !== undefined && this.#mayHaveEnded(last);
      // A connection whose answer has just arrived comes free within a turn, much sooner than a new one.
      if (!seen && (last ? isStale : this.#busy.size > 0)) return this.#look();
      if (!this.#serveOne()) return this.#open();
    }
  }

  /** One that was never used was looked at last when it was made. */
  #mayHaveEnded({ connection, since }: Idle): boolean {
    const unseen = this.clock.monotonic() - since > UNSEEN_AFTER_MS;
    return unseen || connection instanceof SpareSocket;
  }

  /** Lets the event loop turn once, in which connections leave the pool whose end has arrived, and others come free. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    nextTurn(() => {
      this.#looking = false;
      this.#serve(true);
    });
  }

  #send(client: Client): void {
    const next = this.#waiting.shift();
    if (next === undefined) return this.#rest(client);
    this.#busy.add(client);
    client.dispatch(next.options, next.handler);
    // A request that undici does not take, such as one with a header that cannot be sent, keeps no connection.
    if (client.stats.size === 0) this.#free(client);
  }

  #rest(connection: Client | SpareSocket): void {
    this.#idle.push({ connection, since: this.clock.monotonic() });
  }

  /** Makes as many connections as requests wait for one, within the limits. */
  #open(): void {
    const slow = this.clock.monotonic() - SLOW_AFTER_MS;
    const young = [...this.#handshakes].filter(({ since }) => since > slow).length;
    const wanted = Math.min(
      this.#waiting.length - young,
      MOST_HANDSHAKES - young,
      MOST_CONNECTIONS - this.#size,
    );
    for (let i = 0; i < wanted; i += 1) this.#shakeHands();
    this.#watch();
  }

  #shakeHands(): void {
    const handshake: Handshake = { since: this.clock.monotonic(), cancel: () => undefined };
    this.#handshakes.add(handshake);
    const taken = (...[error, socket]: Parameters<buildConnector.Callback>) => {
      this.#handshakes.delete(handshake);
      if (error) this.#failFirst(error, handshake);
      else this.#welcome(socket);
    };
    handshake.cancel = this.connector(this.#target, taken);
  }

  #welcome(socket: Socket): void {
    const spare: SpareSocket = new SpareSocket(socket, this.clock, () => this.#forget(spare));
    this.#rest(spare);
    this.#dropLate();
    // One, and no further connection: those that wait in a burst are better served by the ones that come free.
    if (this.#waiting.length > 0) this.#serveOne();
  }

  #serveOne(): boolean {
    const idle = this.#idle.pop();
    const client = idle && this.#clientOf(idle.connection);
    if (client) this.#send(client);
    return idle !== undefined;
  }

  #clientOf(connection: Client | SpareSocket): Client | undefined {
    if (connection instanceof Client) return connection;
    const socket = connection.take();
    if (socket === undefined) return undefined;
    const client = clientFor(this.origin, socket, this.options);
    return client
      .on('drain', () => this.#free(client))
      .on('disconnect', () => this.#remove(client));
  }

  #free(client: Client): void {
    if (!this.#busy.delete(client)) return;
    this.#tellEnd();
    this.#dropLate();
    this.#send(client);
  }

  #remove(client: Client): void {
    this.#busy.delete(client);
    this.#tellEnd();
    this.#forget(client);
    client.close().catch(() => undefined);
    if (this.#closed === undefined) this.#serve(true);
  }

  #tellEnd(): void {
    for (const tell of this.#onEnd.splice(0)) tell();
  }

  #forget(connection: Client | SpareSocket): void {
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
  }

  /** Each attempt that fails is that of one request, the first in line, unless that came later than the attempt. */
  #failFirst(error: Error, { since }: Handshake): void {
    this.#dropLate();
    const { first } = this.#waiting;
    if (first && first.since <= since) this.#waiting.failFirst(error);
    this.#tellEnd();
    this.#serve(true);
  }

  /** Looks from time to time whether those that wait come closer to their turn. */
  #watch(): void {
    const { first } = this.#waiting;
    this.#stalled ??= this.clock.timer(() => {
      this.#stalled = undefined;
      this.#dropLate();
      if (this.#waiting.length === 0) return;
      if (this.#waiting.first === first) this.#serve(true);
      else this.#watch();
    }, STALLED_AFTER_MS);
  }

  #dropLate(): void {
    if (this.#waiting.dropLate()) this.#tellEnd();
  }
}
