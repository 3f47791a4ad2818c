import { Controller, Get, Inject } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import {
  type BetfairSession,
  CurrentSession,
  SessionService,
  UseBetfairSession,
} from 'nestjs-betfair-session';

@Controller('account')
export class AccountController {
  constructor(
    private readonly betfair: SessionService,
    // axios.create({ baseURL: 'https://api.betfair.com/exchange/account/rest/v1.0' })
    @Inject('BETFAIR_HTTP') private readonly http: AxiosInstance,
  ) {}

  @Get('funds')
  async funds(): Promise<unknown> {
    const { data } = await this.betfair.run((session) =>
      this.http.post<unknown>('/getAccountFunds/', {}, { headers: session.headers() }),
    );
    return data;
  }

  @Get('balance')
  @UseBetfairSession()
  async balance(@CurrentSession() session: BetfairSession): Promise<unknown> {
    const { data } = await this.http.post<{ availableToBetBalance: number }>(
      '/getAccountFunds/',
      {},
      { headers: session.headers() },
    );
    return { balance: data.availableToBetBalance };
  }
}
