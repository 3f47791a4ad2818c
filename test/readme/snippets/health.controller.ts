import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { SessionService } from 'nestjs-betfair-session';

@Controller('health')
export class HealthController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  check() {
    const { status } = this.betfair;
    if (status.state === 'blocked') throw new ServiceUnavailableException(status);
    return status;
  }
}
