import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { BetfairSessionHealthIndicator } from 'nestjs-betfair-session/terminus';
import { HealthController } from './health.controller';

@Module({
  imports: [TerminusModule],
  controllers: [HealthController],
  providers: [BetfairSessionHealthIndicator],
})
export class HealthModule {}
