import { Injectable, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';
import { BetfairStream, type StreamState } from 'nestjs-betfair-session/stream';
import { defer, filter, map, merge, type Observable, ReplaySubject, takeUntil, timer } from 'rxjs';
import { SIMULATOR_ACTIONS } from '../simulator/simulator.actions.js';
import { SimulatedBetfair } from '../simulator/simulated-betfair.service.js';
import { LastPricesService } from '../stream/last-prices.service.js';
import { CertificateService } from './certificate.service.js';
import { EventJournal } from './event-journal.service.js';
import { verdictOf } from './verdict.js';
import type { StatusView } from './view.js';

/** Milliseconds between two messages if nothing happens: the page must notice when they stop. */
const STATUS_INTERVAL_MS = 1_000;
const PRICES_INTERVAL_MS = 500;

const PRICES = {
  connecting: 'connecting',
  subscribed: 'arriving',
  waiting: 'interrupted',
} as const satisfies Record<StreamState, string>;

/** Follows the application for the pages that are open. */
@Injectable()
export class LiveView implements OnModuleDestroy {
  /** Has emitted once the application shuts down, also for who subscribes later. */
  readonly #closing = new ReplaySubject<void>(1);

  constructor(
    private readonly sessions: SessionService,
    private readonly stream: BetfairStream,
    private readonly last: LastPricesService,
    private readonly journal: EventJournal,
    private readonly certificate: CertificateService,
    private readonly betfair: SimulatedBetfair,
  ) {}

  /** Ends the open responses: the server waits for them before it closes. */
  onModuleDestroy(): void {
    this.#closing.next();
  }

  /** Emits the status at every change, and the prices that changed. */
  messages(): Observable<MessageEvent> {
    const status = merge(this.journal.changes$, timer(0, STATUS_INTERVAL_MS)).pipe(
      map(() => ({ type: 'status', data: this.#status() })),
    );
    return merge(status, this.#prices()).pipe(takeUntil(this.#closing));
  }

  #status(): StatusView {
    const { status } = this.sessions;
    const { events, troubles } = this.journal;
    const { days } = this.certificate;
    const [stream] = this.stream.status;
    const simulated = this.betfair.running;
    return {
      at: new Date(),
      simulated,
      verdict: verdictOf({ status, troubles, stream, certificateDays: days }),
      accounts: [{ name: 'default', certificateDays: days, ...status }],
      prices: stream ? PRICES[stream.state] : 'not followed',
      events,
      actions: simulated ? SIMULATOR_ACTIONS : [],
    };
  }

  /** Emits all prices first, then those that changed. */
  #prices(): Observable<MessageEvent> {
    return defer(() => {
      const sent = new Map<number, number>();
      return timer(0, PRICES_INTERVAL_MS).pipe(
        map(() => {
          const changes = [...this.last.prices].filter(([id, price]) => sent.get(id) !== price);
          for (const [id, price] of changes) sent.set(id, price);
          return { type: 'prices', data: changes };
        }),
        filter(({ data }) => data.length > 0),
      );
    });
  }
}
