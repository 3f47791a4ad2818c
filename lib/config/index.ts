export {
  type BetfairSessionConfig,
  betfairSessionConfig,
  betfairSessionConfigFor,
} from './betfair-session.config.js';
