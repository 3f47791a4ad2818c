/**
 * A health check for `@nestjs/terminus`.
 *
 * @module nestjs-betfair-session/terminus
 */

export {
  BetfairSessionHealthIndicator,
  type BetfairSessionHealthOptions,
} from './betfair-session.health-indicator.js';
