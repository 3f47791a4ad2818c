import { Inject, Injectable } from '@nestjs/common';
import { isInvalidSession, SessionService } from 'nestjs-betfair-session';

/** Makes one request with these headers, and gives the parsed answer. */
type Ask = (headers: Record<string, string>) => Promise<unknown>;

@Injectable()
export class BalanceService {
  constructor(
    private readonly betfair: SessionService,
    @Inject('BETFAIR_ASK') private readonly ask: Ask,
  ) {}

  async balance(): Promise<unknown> {
    const session = await this.betfair.getSession();
    const answer = await this.ask(session.headers());
    if (!isInvalidSession(answer)) return answer;
    const renewed = await this.betfair.refresh(session);
    return this.ask(renewed.headers());
  }
}
