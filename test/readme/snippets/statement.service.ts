import { Inject, Injectable } from '@nestjs/common';
import type { Got } from 'got';
import { SessionService } from 'nestjs-betfair-session';

@Injectable()
export class StatementService {
  constructor(
    private readonly betfair: SessionService,
    // got.extend({ prefixUrl: 'https://api.betfair.com/exchange/account/rest/v1.0' })
    @Inject('BETFAIR_GOT') private readonly got: Got,
  ) {}

  funds(): Promise<unknown> {
    return this.betfair.run((session) =>
      this.got.post('getAccountFunds/', { json: {}, headers: session.headers() }).json(),
    );
  }
}
