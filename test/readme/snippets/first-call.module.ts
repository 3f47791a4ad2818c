import { Controller, Get, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import {
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  SessionService,
} from 'nestjs-betfair-session';

@Controller('funds')
export class FundsController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  funds() {
    return this.betfair.call('AccountAPING/v1.0/getAccountFunds');
  }
}

@Module({
  imports: [
    ConfigModule.forRoot(),
    BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() }),
  ],
  controllers: [FundsController],
})
export class AppModule {}
