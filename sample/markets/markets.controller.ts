import { Controller, Get } from '@nestjs/common';
import { SessionService, UseBetfairSession } from 'nestjs-betfair-session';
import { type MarketBook, type MarketCatalogue, type MarketPrices, pricesOf } from './market.js';

/** `@UseBetfairSession()`: a session is ready, or the request has failed for the lack of one, before a handler runs. */
@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly betfair: SessionService) {}

  /** The next markets to start, with the best prices of their runners. */
  @Get()
  async list(): Promise<MarketPrices[]> {
    const markets = await this.betfair.call<MarketCatalogue[]>(
      'SportsAPING/v1.0/listMarketCatalogue',
      {
        filter: { eventTypeIds: ['1', '7'] },
        marketProjection: ['EVENT', 'RUNNER_DESCRIPTION'],
        sort: 'FIRST_TO_START',
        maxResults: 10,
      },
    );
    const books = await this.betfair.call<MarketBook[]>('SportsAPING/v1.0/listMarketBook', {
      marketIds: markets.map(({ marketId }) => marketId),
      priceProjection: { priceData: ['EX_BEST_OFFERS'] },
    });
    return markets.map((market) => pricesOf(market, books));
  }
}
