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
  list() {
    return this.betfair.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  }
}

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() }),
  ],
  controllers: [MarketsController],
})
export class AppModule {}
