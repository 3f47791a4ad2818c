import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BetfairStream, type MarketChangeMessage } from 'nestjs-betfair-session/stream';
import { BehaviorSubject, EMPTY, type Observable, switchMap } from 'rxjs';

/** Follows the markets that were chosen last. */
@Injectable()
export class ChosenMarketsService implements OnApplicationBootstrap {
  readonly #marketIds = new BehaviorSubject<readonly string[]>([]);
  #messages = 0;

  constructor(private readonly stream: BetfairStream) {}

  get messages(): number {
    return this.#messages;
  }

  choose(marketIds: readonly string[]): void {
    this.#marketIds.next(marketIds);
  }

  onApplicationBootstrap(): void {
    this.#marketIds
      .pipe(switchMap((marketIds) => (marketIds.length > 0 ? this.#follow(marketIds) : EMPTY)))
      .subscribe(() => (this.#messages += 1));
  }

  #follow(marketIds: readonly string[]): Observable<MarketChangeMessage> {
    return this.stream.messages({
      subscription: { op: 'marketSubscription', marketFilter: { marketIds } },
      conflateMs: 500,
    });
  }
}
