import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { BetfairStream } from 'nestjs-betfair-session/stream';

@Controller('health')
export class StreamHealthController {
  constructor(private readonly stream: BetfairStream) {}

  @Get('stream')
  check() {
    const health = { streams: this.stream.status };
    const states = new Set(health.streams.map(({ state }) => state));
    if (states.size === 1 && states.has('subscribed')) return health;
    throw new ServiceUnavailableException(health);
  }
}
