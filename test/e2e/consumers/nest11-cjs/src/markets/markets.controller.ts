import { Controller, Get } from '@nestjs/common';
import { BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { MarketsService } from './markets.service';

@Controller('markets')
@UseBetfairSession()
export class MarketsController {
  constructor(private readonly markets: MarketsService) {}

  @Get()
  list(): Promise<string[]> {
    return this.markets.names();
  }

  @Get('session')
  session(@CurrentSession() session: BetfairSession): { generation: number } {
    return { generation: session.generation };
  }
}
