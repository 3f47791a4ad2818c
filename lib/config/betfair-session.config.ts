import { type ConfigFactory, type ConfigFactoryKeyHost, registerAs } from '@nestjs/config';
import type { BetfairSessionOptions } from '../options/betfair-session-options.interface.js';
import { betfairSessionOptionsFromEnv } from '../options/environment/options-from-env.js';

/** Namespace of `@nestjs/config` with the options of one account. */
export type BetfairSessionConfig = ConfigFactory<BetfairSessionOptions> &
  ConfigFactoryKeyHost<BetfairSessionOptions>;

/**
 * Options of the default account from the `BETFAIR_*` variables, as a namespace of `@nestjs/config`. Use it as
 * `BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider())`. In a test, override
 * `betfairSessionConfig.KEY`, which reads the environment, not the options token.
 *
 * @throws BetfairConfigurationError at start-up, naming every variable that is missing or cannot be read
 */
export const betfairSessionConfig: BetfairSessionConfig = registerAs('betfairSession', () =>
  betfairSessionOptionsFromEnv(),
);

/**
 * Options of a named account from the `BETFAIR_<NAME>_*` variables. `<NAME>` is the name in upper case, with `_` in
 * place of everything that is neither a letter nor a digit. Use it as
 * `forRootAsync({ name: 'italy', ...betfairSessionConfigFor('italy').asProvider() })`.
 *
 * @throws BetfairConfigurationError at start-up, naming every variable that is missing or cannot be read
 */
export function betfairSessionConfigFor(name: string): BetfairSessionConfig {
  const prefix = `BETFAIR_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_`;
  // Without a dot, which would nest this namespace in that of the default account.
  return registerAs(`betfairSession:${name}`, () =>
    betfairSessionOptionsFromEnv(process.env, { prefix }),
  );
}
