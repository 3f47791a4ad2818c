import { Controller, Get, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import {
  BetfairSessionModule,
  InjectSessionService,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';

@Controller('accounts')
export class AccountsController {
  constructor(
    private readonly main: SessionService,
    @InjectSessionService('italy') private readonly italy: SessionService,
  ) {}

  @Get()
  status() {
    return { main: this.main.status, italy: this.italy.status };
  }

  @Get('italy')
  @UseBetfairSession({ name: 'italy' })
  italian(): Promise<unknown> {
    return this.italy.call('AccountAPING/v1.0/getAccountFunds');
  }
}

@Module({
  imports: [
    ConfigModule.forRoot(),
    // BETFAIR_USERNAME, BETFAIR_PASSWORD …
    BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider()),
    // BETFAIR_ITALY_USERNAME, BETFAIR_ITALY_PASSWORD …
    BetfairSessionModule.forRootAsync({
      name: 'italy',
      ...betfairSessionConfigFor('italy').asProvider(),
    }),
  ],
  controllers: [AccountsController],
})
export class TwoAccountsModule {}
