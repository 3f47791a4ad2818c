import { Controller, Get, Module } from '@nestjs/common';
import {
  BetfairSession,
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';

@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  async list(@CurrentSession() session: BetfairSession): Promise<object> {
    const method = 'SportsAPING/v1.0/listEventTypes';
    const response = await this.betfair.fetch('/exchange/betting/json-rpc/v1', {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { filter: {} } }),
    });
    return { status: response.status, generation: session.generation };
  }
}

@Module({ controllers: [MarketsController] })
export class MarketsModule {}

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() }),
    MarketsModule,
  ],
})
export class AppModule {}
