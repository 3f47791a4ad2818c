/**
 * Betfair's Stream API with the session of an account: prices and orders as they change.
 *
 * @module nestjs-betfair-session/stream
 */

export { BetfairStreamError } from '../errors/index.js';
export { BetfairStream } from './betfair-stream.js';
export {
  BetfairStreamModule,
  type BetfairStreamModuleOptions,
  getBetfairStreamToken,
  InjectBetfairStream,
} from './betfair-stream.module.js';
export type { StreamAddress } from './connection/stream.address.js';
export type {
  MarketChange,
  MarketChangeMessage,
  OrderChangeMessage,
  OrderMarketChange,
  OrderRunnerChange,
  RunnerChange,
  StreamChangeMessage,
  StreamLevel,
  StreamOrder,
  StreamPrice,
} from './protocol/stream.messages.js';
export type { StreamErrorCode } from './protocol/stream.refusals.js';
export type { StreamState, StreamStatus } from './stream.status.js';
export type {
  MarketSubscription,
  OrderSubscription,
  StreamDataFilter,
  StreamField,
  StreamMarketFilter,
  StreamOptions,
  StreamOrderFilter,
} from './protocol/stream.options.js';
