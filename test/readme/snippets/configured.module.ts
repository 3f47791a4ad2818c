import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { BetfairSessionModule, type BetfairSessionOptions } from 'nestjs-betfair-session';

@Module({
  imports: [
    ConfigModule.forRoot(),
    BetfairSessionModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (config: ConfigService): BetfairSessionOptions => ({
        username: config.getOrThrow<string>('BETFAIR_USERNAME'),
        password: () => config.getOrThrow<string>('BETFAIR_PASSWORD'),
        applicationKey: config.getOrThrow<string>('BETFAIR_APP_KEY'),
        certificate: { cert: { file: 'client.crt' }, key: { file: 'client.key' } },
        storage: 'file:/var/lib/my-bot/session',
        keepAlive: true,
      }),
    }),
  ],
})
export class ConfiguredModule {}
