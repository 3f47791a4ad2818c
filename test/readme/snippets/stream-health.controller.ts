import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { BetfairStream } from 'nestjs-betfair-session/stream';

@Controller('health')
export class StreamHealthController {
  constructor(private readonly stream: BetfairStream) {}

  @Get('stream')
  check() {
    const health = { streams: this.stream.status };
    if (health.streams.every(({ state }) => state === 'subscribed')) return health;
    throw new ServiceUnavailableException(health);
  }
}
