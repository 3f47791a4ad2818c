import { Controller, Get } from '@nestjs/common';
import { SessionService, UseBetfairSession } from 'nestjs-betfair-session';

/** `@UseBetfairSession()`: a session is ready, or the request has failed for the lack of one, before a handler runs. */
@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly betfair: SessionService) {}

  @Get()
  list(): Promise<unknown> {
    return this.betfair.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  }
}
