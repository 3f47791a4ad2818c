import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '../common/clock.js';
import type { SimulatedAccounts } from './simulator.accounts.js';
import type { ServerCertificate } from './simulator.certificates.js';
import { LoopbackServer } from './simulator.loopback.js';
import {
  StreamConnection,
  type StreamGate,
  type StreamLogin,
} from './simulator.stream-connection.js';
import type { StreamErrorCode, StreamRefusal } from './simulator.stream-status.js';

/**
 * The Stream API of a running simulator: TLS on 127.0.0.1, one JSON message a line. It takes `authentication`,
 * `heartbeat`, `marketSubscription` and `orderSubscription`, one status for each; no market or order data follows. As
 * at Betfair every refusal closes the connection, and so do 15 seconds in which nothing was sent, unless there is a
 * subscription. The codes are Betfair's; the words are its own where none were recorded.
 */
export interface SimulatorStream {
  /** With `port`, and the simulator's `ca`, what `tls.connect` needs. */
  readonly host: '127.0.0.1';
  readonly port: number;
  /** A snapshot of what happened so far. */
  readonly counts: SimulatorStreamCounts;
  /** Refuses the next authentications, or one, with this code, whatever they carry. */
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

/** Connections that Betfair allows an account, unless it agreed to more. */
const CONNECTION_LIMIT = 10;

/** Serves the Stream API. */
export class SimulatedStream implements SimulatorStream, StreamGate {
  readonly host = '127.0.0.1';
  readonly #server: LoopbackServer;
  readonly #open = new Set<StreamConnection>();
  readonly #failures: StreamErrorCode[] = [];
  #connections = 0;
  #authentications = 0;

  constructor(
    private readonly accounts: SimulatedAccounts,
    private readonly clock: Pick<Clock, 'wall'>,
    { cert, key }: ServerCertificate,
  ) {
    const server = createServer({ cert, key }, (socket) => this.#accept(socket));
    this.#server = new LoopbackServer(server);
  }

  get port(): number {
    return this.#server.port;
  }

  get counts(): SimulatorStreamCounts {
    return {
      connections: this.#connections,
      authentications: this.#authentications,
      open: this.#open.size,
    };
  }

  fail(
    errorCode: StreamErrorCode,
    { times = 1 }: { readonly times?: number | undefined } = {},
  ): void {
    for (let time = 0; time < times; time += 1) this.#failures.push(errorCode);
  }

  cut(): void {
    for (const { socket } of this.#open) this.#server.reset(socket);
  }

  listen(): Promise<void> {
    return this.#server.listen();
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Closes the connections whose session has ended. */
  check(): void {
    for (const connection of this.#open) connection.check();
  }

  authenticate({
    appKey,
    session,
  }: Readonly<Record<string, unknown>>): StreamLogin | StreamRefusal {
    const planned = this.#failures.shift();
    if (planned) return { errorCode: planned, errorMessage: 'The test wants it so' };
    if (!isText(appKey)) return { errorCode: 'NO_APP_KEY', errorMessage: 'AppKey not set' };
    if (!isText(session)) return { errorCode: 'NO_SESSION', errorMessage: 'Session not set' };
    if (!this.accounts.knowsApplicationKey(appKey)) {
      return { errorCode: 'INVALID_APP_KEY', errorMessage: `AppKey is not valid: ${appKey}` };
    }
    const account = this.accounts.holder(session);
    if (!account) return invalidSession(appKey, session);
    const others = [...this.#open].filter(({ login }) => login?.account === account).length;
    if (others >= CONNECTION_LIMIT) {
      return { errorCode: 'MAX_CONNECTION_LIMIT_EXCEEDED', errorMessage: 'Too many connections' };
    }
    this.#authentications += 1;
    const connectionsAvailable = CONNECTION_LIMIT - others - 1;
    return { account, token: session, applicationKey: appKey, connectionsAvailable };
  }

  refusal({ account, token, applicationKey }: StreamLogin): StreamRefusal | undefined {
    const isLive = this.accounts.holder(token) === account;
    return isLive ? undefined : invalidSession(applicationKey, token);
  }

  #accept(socket: TLSSocket): void {
    this.#connections += 1;
    const connection = new StreamConnection(socket, this.#nextId(), this);
    this.#open.add(connection);
    socket.on('close', () => this.#open.delete(connection));
  }

  /** As Betfair's: a server, day and time, and a number. */
  #nextId(): string {
    const time = new Date(this.clock.wall()).toISOString().replaceAll(/\D/g, '');
    const day = `${time.slice(6, 8)}${time.slice(4, 6)}${time.slice(2, 4)}`;
    return `101-${day}${time.slice(8, 14)}-${this.#connections}`;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The text quotes both, as one that was recorded did: a client must not log it. */
function invalidSession(appKey: string, session: string): StreamRefusal {
  return {
    errorCode: 'INVALID_SESSION_INFORMATION',
    errorMessage: `Session is not valid: appKey=${appKey} session=${session}`,
  };
}
