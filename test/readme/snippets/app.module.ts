import { Controller, Get, Module } from '@nestjs/common';
import {
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  SessionService,
} from 'nestjs-betfair-session';

@Controller('markets')
class MarketsController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  async list() {
    const method = 'SportsAPING/v1.0/listEventTypes';
    const call = { jsonrpc: '2.0', id: 1, method, params: { filter: {} } };
    const response = await this.betfair.fetch('/exchange/betting/json-rpc/v1', {
      method: 'POST',
      body: JSON.stringify(call),
    });
    return response.json();
  }
}

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() }),
  ],
  controllers: [MarketsController],
})
export class AppModule {}
