import { Module } from '@nestjs/common';
import { BetfairSessionModule, betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';

/** Stands for what makes your two-factor codes, such as a TOTP library with the secret of your authenticator. */
export abstract class TwoFactorCodes {
  static next = (): string | Promise<string> => '123456';
}

@Module({
  imports: [
    BetfairSessionModule.forRootAsync({
      // BETFAIR_USERNAME, BETFAIR_PASSWORD, BETFAIR_APP_KEY, BETFAIR_LOGIN=interactive
      useFactory: () => ({
        ...betfairSessionOptionsFromEnv(),
        login: 'interactive',
        certificate: undefined,
        twoFactorCode: () => TwoFactorCodes.next(),
      }),
    }),
  ],
})
export class InteractiveModule {}
