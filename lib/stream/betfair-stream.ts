import { defer, map, Observable, startWith, Subject } from 'rxjs';
import type { SessionSource, StreamServer } from '../calls/session-source.js';
import { onAbort } from '../common/abort-listener.js';
import { openLog } from '../common/application-log.js';
import { formatAddress, HTTPS_PORT } from '../common/host-and-port.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { announceForeignHosts } from '../options/foreign-hosts.js';
import type { SessionService } from '../session/session.service.js';
import { checkAddress, type StreamAddress } from './connection/stream.address.js';
import { StreamClient } from './stream.client.js';
import { StreamLog } from './stream.log.js';
import type { MarketChangeMessage, OrderChangeMessage } from './protocol/stream.messages.js';
import type { ChangeMessage } from './protocol/stream.position.js';
import type { StreamStatus } from './stream.status.js';
import type {
  MarketSubscription,
  OrderSubscription,
  StreamOptions,
} from './protocol/stream.options.js';
import { checkSubscription } from './protocol/stream.subscription.js';

/**
 * Client of Betfair's Stream API for one account. It authenticates with the session and subscribes. If a connection
 * ends, it connects again and continues from there. `BetfairStreamModule` provides it. If you make one with `new`, make
 * it a provider too, so that it ends with the application.
 */
export class BetfairStream {
  readonly #given: Partial<StreamServer>;
  #log: StreamLog | undefined;
  readonly #served = new Map<StreamClient, StreamStatus>();
  readonly #changes = new Subject<void>();
  readonly #closing = new AbortController();

  /** @throws BetfairConfigurationError the address is not valid */
  constructor(
    private readonly sessions: SessionService,
    address: StreamAddress = {},
  ) {
    this.#given = checkAddress(address);
    const { host, port } = this.#given;
    if (host === undefined) return;
    const stream = formatAddress({ host, port: port ?? HTTPS_PORT });
    announceForeignHosts({ stream }, openLog('BetfairStream'));
  }

  /**
   * Describes a subscription. Each subscriber of the result gets its own connection, and on it an image (`SUB_IMAGE`)
   * and then changes, with segments joined. If Betfair cannot continue after a reconnect, another image follows, which
   * replaces everything before it. The result completes when the application shuts down. It never fails:
   * {@link status$} gives the reason if messages stop.
   *
   * @throws BetfairConfigurationError the options are not valid, or the address of the Stream API is not known
   */
  messages(options: StreamOptions<MarketSubscription>): Observable<MarketChangeMessage>;
  messages(options: StreamOptions<OrderSubscription>): Observable<OrderChangeMessage>;
  messages(options: StreamOptions): Observable<MarketChangeMessage | OrderChangeMessage>;
  messages(options: StreamOptions): Observable<MarketChangeMessage | OrderChangeMessage> {
    const subscription = checkSubscription(options);
    const source = sourceOf(this.sessions);
    const server = source.streamServer(this.#given);
    this.#log ??= new StreamLog(source);
    return new Observable<ChangeMessage>((subscriber) => {
      const ending = new AbortController();
      const { signal } = ending;
      const client = new StreamClient(server, source, subscription, {
        onChange: (message) => subscriber.next(message),
        onStatus: (status) => {
          if (!signal.aborted) this.#note(client, status);
        },
      });
      const end = () => ending.abort();
      const forget = onAbort(this.#closing.signal, end);
      const shutdown = this.sessions.session$.subscribe({ complete: end });
      client.run(signal).then(
        () => subscriber.complete(),
        (error: unknown) => subscriber.error(error),
      );
      return () => {
        end();
        forget();
        shutdown.unsubscribe();
        this.#served.delete(client);
        this.#changes.next();
      };
    });
  }

  /** State of each subscription that has a listener, oldest first. */
  get status(): readonly StreamStatus[] {
    return [...this.#served.values()];
  }

  /** Emits {@link status} at once and after every change. */
  get status$(): Observable<readonly StreamStatus[]> {
    // Read at each delivery: if a listener ends a subscription, the next listener must not get the old state.
    return defer(() => this.#changes.pipe(startWith(undefined))).pipe(map(() => this.status));
  }

  /** @internal A hook of Nest: ends all subscriptions. */
  onModuleDestroy(): void {
    this.#closing.abort();
    this.#changes.complete();
  }

  #note(client: StreamClient, status: StreamStatus): void {
    this.#log?.note(status);
    this.#served.set(client, status);
    this.#changes.next();
  }
}

/** Returns the internals of a service, which a mock of one does not have. */
function sourceOf(sessions: SessionService): SessionSource {
  const { account }: { readonly account?: SessionSource } = Object(sessions);
  if (typeof account?.streamServer === 'function') return account;
  throw new BetfairConfigurationError(
    'messages(): a BetfairStream needs a real SessionService. In a test, replace the stream by an object with messages(), or use BetfairSimulator.',
  );
}
