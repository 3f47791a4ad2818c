import { Module } from '@nestjs/common';
import { BetfairSessionModule, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';

/** Makes your two-factor codes, for example by a TOTP library with the secret of your authenticator. */
export const codes = {
  next: (): string | Promise<string> => '123456',
};

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({
      // BETFAIR_USERNAME, BETFAIR_PASSWORD, BETFAIR_APP_KEY, BETFAIR_LOGIN=interactive
      useFactory: () => ({
        ...betfairSessionOptionsFromEnv(),
        login: 'interactive',
        certificate: undefined,
        twoFactorCode: () => codes.next(),
      }),
    }),
  ],
})
export class InteractiveModule {}
