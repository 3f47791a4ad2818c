import { Controller, Get } from '@nestjs/common';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { LastPricesService } from './last-prices.service.js';

@Controller('stream')
export class StreamController {
  constructor(
    private readonly stream: BetfairStream,
    private readonly last: LastPricesService,
  ) {}

  /** How the stream is served, and what arrived. */
  @Get()
  show() {
    return { streams: this.stream.status, lastPrices: Object.fromEntries(this.last.prices) };
  }
}
