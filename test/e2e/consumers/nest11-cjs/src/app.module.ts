import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { BetfairSessionModule } from 'nestjs-betfair-session';
import { betfairSessionConfig } from 'nestjs-betfair-session/config';
import { BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { HealthModule } from './health/health.module';
import { MarketsModule } from './markets/markets.module';

@Module({
  imports: [
    ConfigModule.forRoot(),
    ScheduleModule.forRoot(),
    BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider()),
    BetfairStreamModule.forRoot(),
    HealthModule,
    MarketsModule,
  ],
})
export class AppModule {}
