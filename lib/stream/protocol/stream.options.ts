/** Data of a market that a subscription asks for. */
export type StreamField =
  | 'EX_ALL_OFFERS'
  | 'EX_BEST_OFFERS'
  | 'EX_BEST_OFFERS_DISP'
  | 'EX_LTP'
  | 'EX_MARKET_DEF'
  | 'EX_TRADED'
  | 'EX_TRADED_VOL'
  | 'SP_PROJECTED'
  | 'SP_TRADED';

/** Markets to follow: those that match every member. The names differ from those of the Betting API. */
export interface StreamMarketFilter {
  /** Ids of markets, such as `['1.234567890']`. */
  readonly marketIds?: readonly string[] | undefined;
  /** Ids of event types, such as `['7']` for horse racing. */
  readonly eventTypeIds?: readonly string[] | undefined;
  /** Ids of events. */
  readonly eventIds?: readonly string[] | undefined;
  /** Types of markets, such as `['MATCH_ODDS']`. */
  readonly marketTypes?: readonly string[] | undefined;
  /** Types of betting, such as `['ODDS']`. */
  readonly bettingTypes?: readonly string[] | undefined;
  /** ISO codes, such as `['GB']`. */
  readonly countryCodes?: readonly string[] | undefined;
  /** Names of race courses. */
  readonly venues?: readonly string[] | undefined;
  /** Types of races, such as `['Hurdle']`. */
  readonly raceTypes?: readonly string[] | undefined;
  /** Markets that go in play. */
  readonly turnInPlayEnabled?: boolean | undefined;
  /** Markets with a starting price. */
  readonly bspMarket?: boolean | undefined;
}

/** Data of the markets to follow. */
export interface StreamDataFilter {
  /** Fields, such as `['EX_BEST_OFFERS', 'EX_MARKET_DEF']`. @default all fields */
  readonly fields?: readonly StreamField[] | undefined;
  /** Levels of the best offers, 1 to 10. @default 3 */
  readonly ladderLevels?: number | undefined;
}

/** Orders to follow. */
export interface StreamOrderFilter {
  /** Matched amounts of the runner beside the orders. @default true */
  readonly includeOverallPosition?: boolean | undefined;
  /** Orders with one of these references. */
  readonly customerStrategyRefs?: readonly string[] | undefined;
  /** Matched amounts by reference. @default false */
  readonly partitionMatchedByStrategyRef?: boolean | undefined;
  /** Ids of accounts, for Betfair's own use. */
  readonly accountIds?: readonly number[] | undefined;
}

/** Subscription to markets, in the form of Betfair's Stream API. */
export interface MarketSubscription {
  /** Kind of the subscription. */
  readonly op: 'marketSubscription';
  /** Markets to follow. `{}` means all markets, which is more than Betfair allows. */
  readonly marketFilter: StreamMarketFilter;
  /** Data of these markets. @default all fields, 3 levels */
  readonly marketDataFilter?: StreamDataFilter | undefined;
  /** Lets Betfair send large changes in parts, which are joined again. @default true */
  readonly segmentationEnabled?: boolean | undefined;
}

/** Subscription to orders, in the form of Betfair's Stream API. */
export interface OrderSubscription {
  /** Kind of the subscription. */
  readonly op: 'orderSubscription';
  /** Orders to follow. @default all orders of the account */
  readonly orderFilter?: StreamOrderFilter | undefined;
  /** Lets Betfair send large changes in parts, which are joined again. @default true */
  readonly segmentationEnabled?: boolean | undefined;
}

/** Options of `BetfairStream.messages()`. */
export interface StreamOptions<
  S extends MarketSubscription | OrderSubscription = MarketSubscription | OrderSubscription,
> {
  /** Markets or orders to follow. The object is copied at once. */
  readonly subscription: S;
  /**
   * Milliseconds between Betfair's heartbeats, 500 to 5,000. A connection counts as dead after a silence of twice this
   * time and 2 s.
   *
   * @default 5_000
   */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds for which Betfair collects changes before it sends them; at least 0. @default 0 */
  readonly conflateMs?: number | undefined;
}
