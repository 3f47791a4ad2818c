import type { Clock, ClockTimer } from '../clock.js';
import { Client, Dispatcher } from './undici.js';

/** Connections to one origin. */
const MOST_CONNECTIONS = 512;
/** Handshakes at a time: more at once make each of them, and the first answer, slower. */
const MOST_HANDSHAKES = 64;
/** Milliseconds without any progress after which requests that wait get further connections. */
const STALLED_AFTER_MS = 50;
/** Milliseconds that a request waits for a connection at most. */
const LONGEST_WAIT_MS = 60_000;
/** Milliseconds after which an idle connection may have been closed without being noticed yet. */
const UNSEEN_AFTER_MS = 4_000;

interface Waiting {
  readonly options: Dispatcher.DispatchOptions;
  readonly handler: Dispatcher.DispatchHandler;
  readonly since: number;
}

interface Idle {
  readonly client: Client;
  readonly since: number;
}

/**
 * Connections to one origin, each with one request at a time. A request takes the connection that was used last, or a
 * new one, so that one without an answer delays no other; it waits only in a burst that would cost more in handshakes
 * than in waiting.
 */
export class ConnectionPool extends Dispatcher {
  readonly #busy = new Set<Client>();
  readonly #connecting = new Set<Client>();
  /** The one that was used last comes last. */
  #idle: Idle[] = [];
  readonly #waiting: Waiting[] = [];
  #stalled: ClockTimer | undefined;
  #looking = false;
  /** Whether the last attempt to connect failed. */
  #failing = false;
  #closed: Error | undefined;

  constructor(
    private readonly origin: URL,
    private readonly options: Client.Options,
    private readonly clock: Clock,
  ) {
    super();
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (this.#closed) {
      fail(handler, this.#closed);
      return false;
    }
    this.#waiting.push({ options, handler, since: this.clock.monotonic() });
    this.#serve();
    return true;
  }

  override async destroy(reason?: unknown): Promise<void> {
    this.#closed ??= reason instanceof Error ? reason : new Error('The connections are closed.');
    this.#failWaiting(this.#closed);
    const clients = [...this.#idle.map(({ client }) => client), ...this.#busy, ...this.#connecting];
    await Promise.all(clients.map((client) => client.destroy(this.#closed ?? null)));
  }

  /** Requests in flight fail, as with {@link destroy}: nobody of ours waits for the rest. */
  override close(): Promise<void> {
    return this.destroy();
  }

  /** Whether there is no connection, and none is being made. */
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  get #size(): number {
    return this.#idle.length + this.#busy.size + this.#connecting.size;
  }

  /** Gives what waits to connections that are idle, or to new ones; `seen`: their state is known. */
  #serve(seen = false): void {
    while (this.#waiting.length > 0) {
      const last = this.#idle.at(-1);
      const isStale = last && this.clock.monotonic() - last.since > UNSEEN_AFTER_MS;
      // A connection whose answer has just arrived comes free within a turn, much sooner than a new one.
      if (!seen && (last ? isStale : this.#busy.size > 0)) return this.#look();
      const client = this.#idle.pop()?.client ?? this.#open();
      if (client === undefined) return this.#watch();
      this.#send(client);
    }
  }

  #send(client: Client): void {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    if (!this.#connecting.has(client)) this.#busy.add(client);
    client.dispatch(next.options, next.handler);
    // A request that undici does not take, such as one with a header that cannot be sent, keeps no connection.
    if (client.stats.size === 0) this.#remove(client);
  }

  /** Lets the event loop turn once, in which connections leave the pool whose end has arrived, and others come free. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    setImmediate(() => {
      this.#looking = false;
      this.#serve(true);
    });
  }

  #open(): Client | undefined {
    if (this.#connecting.size >= MOST_HANDSHAKES || this.#size >= MOST_CONNECTIONS)
      return undefined;
    const client = new Client(this.origin, this.options);
    this.#connecting.add(client);
    client
      .on('connect', () => {
        this.#failing = false;
        if (this.#connecting.delete(client)) this.#busy.add(client);
      })
      .on('drain', () => this.#free(client))
      .on('disconnect', () => this.#remove(client))
      .on('connectionError', (_origin, _targets, error) => this.#fail(client, error));
    return client;
  }

  #free(client: Client): void {
    if (!this.#busy.has(client)) return;
    this.#busy.delete(client);
    // Not to a new connection: those that wait in a burst are better served by the ones that come free.
    if (this.#waiting.length > 0) this.#send(client);
    else this.#idle.push({ client, since: this.clock.monotonic() });
  }

  #remove(client: Client): void {
    this.#busy.delete(client);
    this.#connecting.delete(client);
    this.#idle = this.#idle.filter((idle) => idle.client !== client);
    client.close().catch(() => undefined);
    if (!this.#failing) this.#serve(true);
  }

  #fail(client: Client, error: Error): void {
    this.#failing = true;
    this.#remove(client);
    // The others that wait would meet the same, one after another.
    if (this.#size === 0) this.#failWaiting(error);
  }

  /** Looks from time to time whether those that wait come closer to their turn. */
  #watch(): void {
    const [head] = this.#waiting;
    this.#stalled ??= this.clock.timer(() => {
      this.#stalled = undefined;
      this.#failLate();
      if (this.#waiting.length === 0) return;
      if (this.#waiting[0] === head && !this.#failing) this.#serve(true);
      else this.#watch();
    }, STALLED_AFTER_MS);
  }

  #failLate(): void {
    const late = this.clock.monotonic() - LONGEST_WAIT_MS;
    while (this.#waiting[0] && this.#waiting[0].since <= late) {
      const next = this.#waiting.shift();
      if (next) fail(next.handler, new Error(`No connection within ${LONGEST_WAIT_MS} ms.`));
    }
  }

  #failWaiting(error: Error): void {
    this.#stalled?.cancel();
    this.#stalled = undefined;
    for (const { handler } of this.#waiting.splice(0)) fail(handler, error);
  }
}

/** For a request that was never given to a connection. */
function fail(handler: Dispatcher.DispatchHandler, error: Error): void {
  // A proxy agent hands on handlers of the older kind.
  if (handler.onError) handler.onError(error);
  else handler.onResponseError?.(NEVER_SENT, error);
}

const NEVER_SENT: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
