import { Controller, Get, Post } from '@nestjs/common';
import { SessionService, UseBetfairSession } from 'nestjs-betfair-session';

@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly betfair: SessionService) {}

  /** May run a second time, because it is a GET. */
  @Get()
  list(): Promise<unknown> {
    return this.betfair.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
  }

  /** May run a second time although it is a POST, because a search changes nothing. */
  @Post('search')
  @UseBetfairSession({ retry: 'once' })
  search(): Promise<unknown> {
    return this.betfair.call('SportsAPING/v1.0/listEvents', { filter: {} });
  }
}
