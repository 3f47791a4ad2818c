import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../../../common/clock.js';
import type { SimulatedAccount } from '../accounts/simulated-account.js';
import type { SimulatedAccounts } from '../accounts/simulated-accounts.js';
import type { ServerCertificate } from '../certificates.js';
import { LoopbackServer } from '../http/loopback.server.js';
import { StreamConnection } from './stream.connection.js';
import { StreamGate } from './stream.gate.js';
import type { StreamErrorCode } from './stream.status.js';

/**
 * The Stream API of a running simulator: TLS on 127.0.0.1, one JSON message a line. It takes `authentication`,
 * `heartbeat`, `marketSubscription` and `orderSubscription`, one status for each; no market or order data follows. As
 * at Betfair every refusal closes the connection, and so do 15 seconds in which nothing was sent, unless there is a
 * subscription. The codes are Betfair's; the words are its own where none were recorded.
 */
export interface SimulatorStream {
  /** With {@link port}, and the simulator's `ca`, what `tls.connect` needs. */
  readonly host: '127.0.0.1';
  /** That of the options of the simulator, or a free one, chosen at the start. */
  readonly port: number;
  /** A snapshot of what happened so far. */
  readonly counts: SimulatorStreamCounts;
  /**
   * Refuses the next authentications with this code, whatever they carry.
   *
   * @param options - `times`: how many; `Infinity` until the simulator's `clearFaults()`; 1 by default
   */
  fail(errorCode: StreamErrorCode, options?: { readonly times?: number | undefined }): void;
  /** Resets every connection without a word, as a network does that fails. */
  cut(): void;
}

/** Connections to the simulator's Stream API. */
export interface SimulatorStreamCounts {
  /** Every one that was ever opened. */
  readonly connections: number;
  /** Authentications that succeeded. */
  readonly authentications: number;
  /** Connections that are open now. */
  readonly open: number;
}

/** Serves the Stream API. */
export class SimulatedStream implements SimulatorStream {
  readonly host = '127.0.0.1';
  readonly #server: LoopbackServer;
  readonly #gate: StreamGate;
  readonly #open = new Set<StreamConnection>();
  #connections = 0;

  constructor(
    accounts: SimulatedAccounts,
    private readonly clock: Pick<Clock, 'wall'>,
    { cert, key }: ServerCertificate,
    limits: { readonly connections: number },
  ) {
    const server = createServer({ cert, key }, (socket) => this.#accept(socket));
    this.#server = new LoopbackServer(server);
    this.#gate = new StreamGate(accounts, limits, (account) => this.#connectionsOf(account));
  }

  get port(): number {
    return this.#server.port;
  }

  get counts(): SimulatorStreamCounts {
    return {
      connections: this.#connections,
      authentications: this.#gate.authentications,
      open: this.#open.size,
    };
  }

  fail(errorCode: StreamErrorCode, { times = 1 }: { times?: number | undefined } = {}): void {
    this.#gate.fail(errorCode, times);
  }

  cut(): void {
    for (const { socket } of this.#open) this.#server.reset(socket);
  }

  listen(port: number): Promise<void> {
    return this.#server.listen(port);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Closes the connections whose session has ended. */
  check(): void {
    for (const connection of this.#open) connection.check();
  }

  /** Drops the refusals that still wait. */
  clearFailures(): void {
    this.#gate.clearFailures();
  }

  #accept(socket: TLSSocket): void {
    this.#connections += 1;
    const connection = new StreamConnection(socket, this.#nextId(), this.#gate);
    this.#open.add(connection);
    socket.on('close', () => this.#open.delete(connection));
  }

  /** Counts the connections of an account whose session is alive, whether or not the others have closed yet. */
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
