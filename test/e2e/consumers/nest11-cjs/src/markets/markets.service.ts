import { Injectable } from '@nestjs/common';
import { BetfairSession, SessionService } from 'nestjs-betfair-session';

interface Answer {
  result: { eventType: { name: string } }[];
}

@Injectable()
export class MarketsService {
  constructor(private readonly betfair: SessionService) {}

  async names(): Promise<string[]> {
    const method = 'SportsAPING/v1.0/listEventTypes';
    const response = await this.betfair.fetch('/exchange/betting/json-rpc/v1', {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { filter: {} } }),
    });
    const answer = (await response.json()) as Answer;
    return answer.result.map(({ eventType }) => eventType.name);
  }

  streamGreeting(session: BetfairSession): string {
    return JSON.stringify(session.streamAuthentication({ id: 1 }));
  }
}
