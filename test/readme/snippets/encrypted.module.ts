import { Module } from '@nestjs/common';
import { BetfairSessionModule, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { EncryptedStorage } from './encrypted.storage.js';

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({
      useFactory: () => ({
        ...betfairSessionOptionsFromEnv(),
        storage: new EncryptedStorage(
          './session-data',
          Buffer.from(process.env['SESSION_SECRET'] ?? '', 'hex'),
        ),
      }),
    }),
  ],
})
export class EncryptedModule {}
