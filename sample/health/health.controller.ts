import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { SessionService, type SessionStatus } from 'nestjs-betfair-session';

@Controller('health')
export class HealthController {
  constructor(private readonly sessions: SessionService) {}

  /** Asks Betfair nothing, so it may be polled. `blocked`: no session, and a person or time must lift the reason. */
  @Get()
  check(): SessionStatus {
    const { status } = this.sessions;
    if (status.state === 'blocked') throw new ServiceUnavailableException(status);
    return status;
  }
}
