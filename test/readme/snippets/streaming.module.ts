import { Module } from '@nestjs/common';
import { BetfairSessionModule, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { OpenOrdersService } from './open-orders.service.js';
import { PricesService } from './prices.service.js';

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({ useFactory: () => betfairSessionOptionsFromEnv() }),
    BetfairStreamModule.forRoot(),
  ],
  providers: [PricesService, OpenOrdersService],
})
export class StreamingModule {}
