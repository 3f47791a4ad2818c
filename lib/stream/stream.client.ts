import type { TLSSocket } from 'node:tls';
import type { BetfairSession } from '../betfair-session.js';
import type { SessionSource, StreamServer } from '../calls/session-source.js';
import { onAbort } from '../common/abort-listener.js';
import { sleep } from '../common/deadline.js';
import { type BetfairSessionError, BetfairStreamError } from '../errors/index.js';
import { ReconnectPauses } from './connection/reconnect.pauses.js';
import { StreamConnection } from './connection/stream.connection.js';
import { unreachable } from './connection/stream.losses.js';
import { type ChangeMessage, StreamPosition } from './protocol/stream.position.js';
import { openTlsConnection } from '../common/http/tls-connection.js';
import type { StreamStatus } from './stream.status.js';
import type { CheckedSubscription } from './protocol/stream.subscription.js';

export interface StreamListener {
  onChange(message: ChangeMessage): void;
  onStatus(status: StreamStatus): void;
}

interface Ending {
  readonly error: BetfairSessionError;
  readonly session?: BetfairSession;
  /** Milliseconds for which the subscription was served. */
  readonly servedMs: number;
}

const MAX_TIMER_MS = 2 ** 31 - 1;
/** Timers of Node that keep the process alive between two connections, kept before fake timers can replace them. */
const holdProcess = setInterval;
const releaseProcess = clearInterval;

/** Serves one subscription to the Stream API, one connection after another, until it is aborted. */
export class StreamClient {
  readonly #pauses: ReconnectPauses;
  readonly #position: StreamPosition;
  #failures = 0;

  constructor(
    private readonly server: StreamServer,
    private readonly source: SessionSource,
    private readonly subscription: CheckedSubscription,
    private readonly listener: StreamListener,
  ) {
    this.#pauses = new ReconnectPauses(source.clock);
    this.#position = new StreamPosition(subscription);
  }

  /** Runs until `signal` aborts or the application shuts down. */
  async run(signal: AbortSignal): Promise<void> {
    const alive = holdProcess(() => undefined, MAX_TIMER_MS);
    try {
      let error: BetfairSessionError | undefined;
      while (!signal.aborted) {
        this.#tell({ state: 'connecting', error });
        const ending = await this.#attempt(signal);
        if (ending === undefined || ending.error.code === 'BETFAIR_CLOSED') return;
        error = ending.error;
        this.#failures += 1;
        this.#tell({ state: 'waiting', error });
        await this.#wait(ending, signal);
      }
    } finally {
      releaseProcess(alive);
    }
  }

  /** Opens one connection, and serves the subscription on it. Returns `undefined` if `signal` ended it. */
  async #attempt(signal: AbortSignal): Promise<Ending | undefined> {
    const { server, source } = this;
    try {
      const session = await source.getSession({ signal });
      const socket = await openTlsConnection(server, source.clock, signal);
      return await this.#serve(socket, session, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      return { error: isOwn(error) ? error : unreachable(error), servedMs: 0 };
    }
  }

  /** Serves the subscription on one connection until it ends or `signal` aborts. */
  #serve(
    socket: TLSSocket,
    session: BetfairSession,
    signal: AbortSignal,
  ): Promise<Ending | undefined> {
    const { source, listener } = this;
    const { clock } = source;
    let subscribedAt: number | undefined;
    return new Promise((resolve) => {
      const connection = new StreamConnection(socket, {
        clock,
        session,
        position: this.#position,
        heartbeatMs: this.subscription.heartbeatMs,
        onAuthenticated: () => source.accepted(session),
        onServed: (connectionId) => {
          subscribedAt = clock.monotonic();
          this.#failures = 0;
          this.#tell({ state: 'subscribed', connectionId });
        },
        onChange: (message) => listener.onChange(message),
        // The session is in use: asking for it keeps it alive.
        onAlive: () => void source.getSession({ signal }).catch(() => undefined),
        onEnd: (error) => {
          forget();
          const servedMs = subscribedAt === undefined ? 0 : clock.monotonic() - subscribedAt;
          resolve({ error, session, servedMs });
        },
      });
      const forget = onAbort(signal, () => {
        connection.close();
        resolve(undefined);
      });
    });
  }

  async #wait(ending: Ending, signal: AbortSignal): Promise<void> {
    const { error } = ending;
    this.#pauses.noteServed(ending.servedMs);
    const isMended = await this.#mend(ending, signal).catch(() => false);
    const isLasting = !error.retryable || codeOf(error) === 'TOO_MANY_REQUESTS';
    const pauseMs = this.#pauses.next({ isMended, isLasting });
    if (pauseMs === 0) return;
    await sleep(this.source.clock, pauseMs, signal).catch(() => undefined);
  }

  /** Removes the cause of a refusal. Returns `true` if the next attempt may work at once. */
  async #mend({ error, session }: Ending, signal: AbortSignal): Promise<boolean> {
    const { source } = this;
    const code = codeOf(error);
    if (code === 'INVALID_CLOCK') {
      const wasKnown = this.#position.isKnown;
      this.#position.reset();
      return wasKnown;
    }
    if (session === undefined) return false;
    const isProof = code === 'INVALID_SESSION_INFORMATION';
    if (!isProof && code !== 'NO_SESSION') return false;
    // New sessions are refused one after another: more logins would not help.
    if (this.#pauses.isHurried) source.refusedAgain(session);
    return source.refused(session, {
      isProof,
      isRepeated: true,
      where: 'The Stream API',
      endpoint: 'endpoints.stream',
      signal,
    });
  }

  #tell(status: Pick<StreamStatus, 'state' | 'error' | 'connectionId'>): void {
    const since = new Date(this.source.clock.wall());
    const { given: subscription } = this.subscription;
    this.listener.onStatus({ ...status, since, failures: this.#failures, subscription });
  }
}

function codeOf(error: BetfairSessionError): string | undefined {
  return error instanceof BetfairStreamError ? error.errorCode : undefined;
}

/** Recognises errors of this package, also those of its copy in the other module format. */
function isOwn(error: unknown): error is BetfairSessionError {
  const code: unknown = error instanceof Error && Reflect.get(error, 'code');
  return typeof code === 'string' && code.startsWith('BETFAIR_');
}
