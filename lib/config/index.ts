/**
 * The options of an account as a namespace of `@nestjs/config`.
 *
 * @module nestjs-betfair-session/config
 */

export {
  type BetfairSessionConfig,
  betfairSessionConfig,
  betfairSessionConfigFor,
} from './betfair-session.config.js';
