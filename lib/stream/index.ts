export { BetfairStreamError } from '../errors/index.js';
export { BetfairStream } from './betfair-stream.js';
export {
  BetfairStreamModule,
  type BetfairStreamModuleOptions,
  getBetfairStreamToken,
  InjectBetfairStream,
} from './betfair-stream.module.js';
export type { StreamAddress } from './stream.address.js';
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
} from './stream.messages.js';
export type { StreamErrorCode } from './stream.refusals.js';
export type { StreamState, StreamStatus } from './stream.status.js';
export type {
  MarketSubscription,
  OrderSubscription,
  StreamDataFilter,
  StreamField,
  StreamMarketFilter,
  StreamOptions,
  StreamOrderFilter,
} from './stream.options.js';
