import { Controller, Get, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { BetfairSessionHealthIndicator } from 'nestjs-betfair-session/terminus';

@Controller('health')
export class ReadinessController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly betfair: BetfairSessionHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.betfair.isHealthy('betfair')]);
  }
}

@Module({
  imports: [TerminusModule],
  controllers: [ReadinessController],
  providers: [BetfairSessionHealthIndicator],
})
export class HealthModule {}
