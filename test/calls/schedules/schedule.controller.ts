import { Controller, Get, Param, Post } from '@nestjs/common';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';

export type Work = (session: BetfairSession) => Promise<unknown>;

/** What the handlers of the routes do, by a key in the path. */
export const handlers = new Map<string, Work>();

/** Every way in which a handler may, or may not, be run a second time. */
@Controller()
export class ScheduleController {
  @Get('get/:key')
  @UseBetfairSession()
  get(@Param('key') key: string, @CurrentSession() session: BetfairSession) {
    return handlers.get(key)?.(session);
  }

  @Post('post/:key')
  @UseBetfairSession()
  post(@Param('key') key: string, @CurrentSession() session: BetfairSession) {
    return handlers.get(key)?.(session);
  }

  @Post('once/:key')
  @UseBetfairSession({ retry: 'once' })
  once(@Param('key') key: string, @CurrentSession() session: BetfairSession) {
    return handlers.get(key)?.(session);
  }

  @Get('never/:key')
  @UseBetfairSession({ retry: 'never' })
  never(@Param('key') key: string, @CurrentSession() session: BetfairSession) {
    return handlers.get(key)?.(session);
  }
}
