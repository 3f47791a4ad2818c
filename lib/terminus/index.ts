export {
  BetfairSessionHealthIndicator,
  type BetfairSessionHealthOptions,
} from './betfair-session.health-indicator.js';
