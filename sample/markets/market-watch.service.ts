import { Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { BettingApi } from '../betting/betting-api.service.js';

/** Nest runs scheduled jobs without interceptors; here too it is the call itself that brings its session. */
@Injectable()
export class MarketWatchService {
  readonly #logger = new Logger(MarketWatchService.name);

  constructor(private readonly betting: BettingApi) {}

  @Cron('0 * * * * *', { name: 'market-watch', waitForCompletion: true })
  async watch(): Promise<void> {
    const markets = await this.betting.call('listMarketCatalogue', {
      filter: { eventTypeIds: ['7'], marketTypeCodes: ['WIN'] },
      maxResults: 100,
    });
    this.#logger.log(`${Array.isArray(markets) ? markets.length : 0} markets to win`);
  }
}
