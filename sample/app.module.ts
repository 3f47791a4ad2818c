import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import {
  BetfairSessionExceptionFilter,
  BetfairSessionModule,
  type BetfairSessionOptions,
  betfairSessionOptionsFromEnv,
} from 'nestjs-betfair-session';
import { BetfairStreamModule } from 'nestjs-betfair-session/stream';
import { SameSiteGuard } from './guards/same-site.guard.js';
import { HealthController } from './health/health.controller.js';
import { MarketWatchService } from './markets/market-watch.service.js';
import { MarketsController } from './markets/markets.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { CertificateService } from './page/certificate.service.js';
import { EventJournal } from './page/event-journal.service.js';
import { LiveView } from './page/live-view.service.js';
import { PageController } from './page/page.controller.js';
import { SimulatedBetfair } from './simulator/simulated-betfair.service.js';
import { SimulatorModule } from './simulator/simulator.module.js';
import { LastPricesService } from './stream/last-prices.service.js';
import { StreamController } from './stream/stream.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot(),
    ScheduleModule.forRoot(),
    BetfairSessionModule.forRootAsync({
      // For the demonstration only: your own factory needs no simulator, and calls betfairSessionOptionsFromEnv().
      imports: [SimulatorModule],
      inject: [SimulatedBetfair],
      useFactory: async (simulated: SimulatedBetfair): Promise<BetfairSessionOptions> => {
        const account = (await simulated.options()) ?? betfairSessionOptionsFromEnv();
        return {
          ...account,
          storage: process.env['BETFAIR_STORAGE'] || 'file:./session-data',
          keepAlive: account.keepAlive ?? true,
        };
      },
    }),
    BetfairStreamModule.forRoot(),
    SimulatorModule,
  ],
  controllers: [
    PageController,
    MarketsController,
    OrdersController,
    StreamController,
    HealthController,
  ],
  providers: [
    MarketWatchService,
    LastPricesService,
    EventJournal,
    CertificateService,
    LiveView,
    // POST /orders and the simulator's buttons are for people at this machine, not for the pages they visit.
    { provide: APP_GUARD, useClass: SameSiteGuard },
    // Answers 502 or 503 where Betfair did not do what was asked.
    { provide: APP_FILTER, useClass: BetfairSessionExceptionFilter },
  ],
})
export class AppModule {}
