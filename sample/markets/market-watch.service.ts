import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { SessionService } from 'nestjs-betfair-session';

/** Nest runs scheduled jobs without interceptors; here too it is the call itself that brings its session. */
@Injectable()
export class MarketWatchService {
  readonly #logger = new Logger(MarketWatchService.name);

  constructor(private readonly betfair: SessionService) {}

  @Cron('0 * * * * *', { name: 'market-watch', waitForCompletion: true })
  async watch(): Promise<void> {
    const markets = await this.betfair.call<unknown[]>('SportsAPING/v1.0/listMarketCatalogue', {
      filter: { eventTypeIds: ['7'], marketTypeCodes: ['WIN'] },
      maxResults: 100,
    });
    this.#logger.log(`${markets.length} markets to win`);
  }
}
