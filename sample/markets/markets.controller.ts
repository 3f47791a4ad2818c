import { Controller, Get } from '@nestjs/common';
import { UseBetfairSession } from 'nestjs-betfair-session';
import { BettingApi } from '../betting/betting-api.service.js';

/** `@UseBetfairSession()`: a session is ready, or the request has failed for the lack of one, before a handler runs. */
@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly betting: BettingApi) {}

  @Get()
  list(): Promise<unknown> {
    return this.betting.call('listEventTypes', { filter: {} });
  }
}
