import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../common/clock.js';
import type { SimulatedAccount } from '../accounts/simulated-account.js';
import type { StreamErrorCode } from '../../../stream/protocol/stream.refusals.js';
import type { SimulatedAccounts } from '../accounts/simulated-accounts.js';
import type { ServerCertificate } from '../http/certificates.js';
import { LoopbackServer } from '../http/loopback.server.js';
import type { OrderBook } from '../orders/order-book.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';
import { StreamConnection } from './stream.connection.js';
import { StreamGate } from './stream.gate.js';
import { SubscriptionDesk } from './subscription.desk.js';

/**
 * The Stream API of a running simulator: TLS on 127.0.0.1, one JSON message a line. It takes `authentication`,
 * `heartbeat`, `marketSubscription` and `orderSubscription`, and sends images, changes and heartbeats for the markets
 * and orders of the APIs. A subscription resumes with `initialClk` and `clk`. As at Betfair, every refusal but
 * `SUBSCRIPTION_LIMIT_EXCEEDED` closes the connection, and so do 15 seconds without a message, unless there is a
 * subscription. The codes are Betfair's, and so are the texts that were recorded.
 */
export interface SimulatorStream {
  /** Host for `tls.connect`, together with {@link port} and the simulator's `ca`. */
  readonly host: '127.0.0.1';
  /** Port from the options of the simulator, or a free one chosen at the start. */
  readonly port: number;
  /** Numbers of events so far. */
  readonly counts: SimulatorStreamCounts;
  /** While true, change messages have `status: 503`: Betfair is late. The simulator's `clearFaults()` ends it. */
  late: boolean;
  /**
   * Refuses the next authentications, or subscriptions, with this code, even if they are valid.
   *
   * @param options - number and kind of the messages
   */
  fail(errorCode: StreamErrorCode, options?: SimulatorStreamFailOptions): void;
  /** Resets every connection, as a broken network does. */
  cut(): void;
  /** Drops everything on every open connection from now on, as a network that loses all packets. */
  silence(): void;
  /** Sends half a message, as a line, on every connection. */
  garble(): void;
}

/** Messages that `SimulatorStream.fail()` refuses. */
export interface SimulatorStreamFailOptions {
  /** Number of messages; `Infinity` until the simulator's `clearFaults()`. @default 1 */
  readonly times?: number | undefined;
  /** Kind of the messages. @default 'authentication' */
  readonly op?: 'authentication' | 'subscription' | undefined;
}

/** Numbers of connections to the simulator's Stream API. */
export interface SimulatorStreamCounts {
  /** All connections that were ever opened. */
  readonly connections: number;
  /** Authentications that succeeded. */
  readonly authentications: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Subscriptions that succeeded, resumed ones too. */
  readonly subscriptions: number;
  /** Subscriptions that resumed from their `clk`. */
  readonly resumed: number;
}

/** Serves the Stream API. */
export class SimulatedStream implements SimulatorStream {
  readonly host = '127.0.0.1';
  late = false;
  readonly #server: LoopbackServer;
  readonly #gate: StreamGate;
  readonly #desk: SubscriptionDesk;
  readonly #open = new Set<StreamConnection>();
  #connections = 0;

  constructor(
    accounts: SimulatedAccounts,
    private readonly clock: Pick<Clock, 'wall' | 'timer'>,
    { cert, key }: ServerCertificate,
    limits: { readonly connections: number; readonly markets: number },
    { markets, orders }: { readonly markets: SimulatedMarkets; readonly orders: OrderBook },
  ) {
    // No delay: a small message would wait up to 40 ms until the client has confirmed the one before.
    const options = { cert, key, noDelay: true };
    const server = createServer(options, (socket) => this.#accept(socket));
    this.#server = new LoopbackServer(server);
    this.#gate = new StreamGate(accounts, limits, (account) => this.#connectionsOf(account));
    this.#desk = new SubscriptionDesk(markets, orders, limits);
  }

  get port(): number {
    return this.#server.port;
  }

  get counts(): SimulatorStreamCounts {
    return {
      connections: this.#connections,
      authentications: this.#gate.authentications,
      open: this.#open.size,
      subscriptions: this.#desk.subscriptions,
      resumed: this.#desk.resumed,
    };
  }

  fail(
    errorCode: StreamErrorCode,
    { times = 1, op = 'authentication' }: SimulatorStreamFailOptions = {},
  ): void {
    this.#gate.fail(errorCode, op, times);
  }

  cut(): void {
    for (const { socket } of this.#open) this.#server.reset(socket);
  }

  silence(): void {
    for (const connection of this.#open) connection.silence();
  }

  garble(): void {
    for (const connection of this.#open) connection.garble();
  }

  listen(port: number): Promise<void> {
    return this.#server.listen(port);
  }

  close(): Promise<void> {
    // Their sockets report the close later.
    this.silence();
    return this.#server.close();
  }

  /** Closes the connections whose session has ended. */
  check(): void {
    for (const connection of this.#open) connection.check();
  }

  clearFailures(): void {
    this.late = false;
    this.#gate.clearFailures();
  }

  #accept(socket: TLSSocket): void {
    this.#connections += 1;
    const connection = new StreamConnection(socket, this.#nextId(), {
      gate: this.#gate,
      desk: this.#desk,
      clock: this.clock,
      isLate: () => this.late,
    });
    this.#open.add(connection);
    socket.on('close', () => this.#open.delete(connection));
  }

  /** Counts the connections of an account whose session is alive. Others may not have closed yet. */
  #connectionsOf(account: SimulatedAccount): number {
    return [...this.#open].filter(({ login }) => {
      return login?.account === account && !this.#gate.refusal(login);
    }).length;
  }

  /** Makes an id like Betfair's: a server, day and time, and a number. */
  #nextId(): string {
    const time = new Date(this.clock.wall()).toISOString().replaceAll(/\D/g, '');
    const day = `${time.slice(6, 8)}${time.slice(4, 6)}${time.slice(2, 4)}`;
    return `101-${day}${time.slice(8, 14)}-${this.#connections}`;
  }
}
