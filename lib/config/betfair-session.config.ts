import { type ConfigFactory, type ConfigFactoryKeyHost, registerAs } from '@nestjs/config';
import type { BetfairSessionOptions } from '../options/betfair-session-options.interface.js';
import { betfairSessionOptionsFromEnv } from '../options/options-from-env.js';

/** A namespace of `@nestjs/config` that holds the options of one account. */
export type BetfairSessionConfig = ConfigFactory<BetfairSessionOptions> &
  ConfigFactoryKeyHost<BetfairSessionOptions>;

/**
 * The options of the default account from the `BETFAIR_*` variables, as a namespace of `@nestjs/config`. The whole
 * set-up is `BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider())`. In a test override
 * `betfairSessionConfig.KEY`, which reads the environment, and not the options token, which only hands it on.
 *
 * @throws BetfairConfigurationError at start-up, naming every variable that is missing or cannot be read
 */
export const betfairSessionConfig: BetfairSessionConfig = registerAs('betfairSession', () =>
  betfairSessionOptionsFromEnv(),
);

/**
 * The options of a named account from the `BETFAIR_<NAME>_*` variables; in the variable the name is in upper case, with
 * `_` for all that is neither letter nor digit. Use it as
 * `forRootAsync({ name: 'italy', ...betfairSessionConfigFor('italy').asProvider() })`.
 *
 * @throws BetfairConfigurationError at start-up, naming every variable that is missing or cannot be read
 */
export function betfairSessionConfigFor(name: string): BetfairSessionConfig {
  const prefix = `BETFAIR_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_`;
  // No dot: it would nest this namespace into the one of the default account.
  return registerAs(`betfairSession:${name}`, () =>
    betfairSessionOptionsFromEnv(process.env, { prefix }),
  );
}
