import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { distinctUntilChanged, exhaustMap, filter, interval, map, Subscription } from 'rxjs';
import { PricesService } from './prices.service.js';

const MARKET = '1.234567890';
const RUNNER = 47_972;
const DECISION_INTERVAL_MS = 200;

/** Decides on the newest prices, one decision at a time, and cancels its orders if they stay away. */
@Injectable()
export class TraderService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(TraderService.name);
  #running = Subscription.EMPTY;

  constructor(
    private readonly sessions: SessionService,
    private readonly stream: BetfairStream,
    private readonly prices: PricesService,
  ) {}

  onApplicationBootstrap(): void {
    // A slow decision skips prices; it does not queue them.
    this.#running = interval(DECISION_INTERVAL_MS)
      .pipe(exhaustMap(() => this.#attempt(this.#decide())))
      .subscribe();
    this.#running.add(
      this.stream.status$
        .pipe(
          map((statuses) => statuses.some(({ state }) => state === 'waiting')),
          distinctUntilChanged(),
          filter((isInterrupted) => isInterrupted),
          exhaustMap(() => this.#attempt(this.#cancel())),
        )
        .subscribe(),
    );
  }

  onModuleDestroy(): void {
    this.#running.unsubscribe();
  }

  async #decide(): Promise<void> {
    const price = this.prices.bestToBack(MARKET, RUNNER);
    if (price === undefined) return;
    // Yours: an order, if the price is right.
  }

  async #cancel(): Promise<void> {
    await this.sessions.call('SportsAPING/v1.0/cancelOrders', { marketId: MARKET });
  }

  /** An error would end the Observable. */
  async #attempt(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => this.#logger.error(error));
  }
}
