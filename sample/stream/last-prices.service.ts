import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BetfairStream } from 'nestjs-betfair-session/stream';

/** Prices at which bets on British horse races were last matched, by horse. */
@Injectable()
export class LastPricesService implements OnApplicationBootstrap {
  readonly prices = new Map<number, number>();

  constructor(private readonly stream: BetfairStream) {}

  onApplicationBootstrap(): void {
    const subscription = {
      op: 'marketSubscription',
      marketFilter: { eventTypeIds: ['7'], marketTypes: ['WIN'], countryCodes: ['GB'] },
      marketDataFilter: { fields: ['EX_LTP'] },
    } as const;
    this.stream.messages({ subscription }).subscribe(({ mc = [] }) => {
      for (const { id, ltp } of mc.flatMap(({ rc = [] }) => rc)) {
        if (ltp !== undefined) this.prices.set(id, ltp);
      }
    });
  }
}
