import { Module } from '@nestjs/common';
import {
  BetfairSessionModule,
  betfairSessionOptionsFromEnv,
  type PostgresClientLike,
  PostgresStorage,
} from 'nestjs-betfair-session';

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({
      // Of a module with @Global(); otherwise name its module in `imports` here.
      inject: ['PG_POOL'],
      useFactory: (pool: PostgresClientLike) => ({
        ...betfairSessionOptionsFromEnv(),
        storage: new PostgresStorage({ client: pool, table: 'betting.betfair_session' }),
      }),
    }),
  ],
})
export class PooledModule {}
