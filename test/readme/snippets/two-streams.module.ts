import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import {
  BetfairStream,
  BetfairStreamModule,
  InjectBetfairStream,
} from 'nestjs-betfair-session/stream';
import { merge } from 'rxjs';
import { TwoAccountsModule } from './two-accounts.module.js';

@Injectable()
export class AllOrdersService implements OnApplicationBootstrap {
  changes = 0;

  constructor(
    private readonly main: BetfairStream,
    @InjectBetfairStream('italy') private readonly italy: BetfairStream,
  ) {}

  onApplicationBootstrap(): void {
    const subscription = { op: 'orderSubscription' } as const;
    merge(this.main.messages({ subscription }), this.italy.messages({ subscription })).subscribe(
      ({ oc = [] }) => (this.changes += oc.length),
    );
  }
}

@Module({
  imports: [
    TwoAccountsModule,
    BetfairStreamModule.forRoot(),
    BetfairStreamModule.forRoot({ name: 'italy' }),
  ],
  providers: [AllOrdersService],
})
export class TwoStreamsModule {}
