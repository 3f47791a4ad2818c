import { HttpModule, HttpService } from '@nestjs/axios';
import { Injectable, Module } from '@nestjs/common';
import { attachBetfairSession, SessionService } from 'nestjs-betfair-session';
import { map, type Observable } from 'rxjs';

@Injectable()
export class FundsService {
  constructor(
    private readonly http: HttpService,
    sessions: SessionService,
  ) {
    attachBetfairSession(http.axiosRef, sessions);
  }

  funds(): Observable<unknown> {
    return this.http.post<unknown>('/getAccountFunds/', {}).pipe(map(({ data }) => data));
  }
}

@Module({
  // register() makes an instance of its own; without it, all modules share one.
  imports: [HttpModule.register({ baseURL: '/exchange/account/rest/v1.0', timeout: 5_000 })],
  providers: [FundsService],
  exports: [FundsService],
})
export class FundsModule {}
