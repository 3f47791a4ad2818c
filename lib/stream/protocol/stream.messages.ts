/** A price and its size: `[price, size]`. A size of 0 removes the price. */
export type StreamPrice = readonly [price: number, size: number];

/** A level of the best offers, from 0: `[level, price, size]`. A size of 0 removes the level. */
export type StreamLevel = readonly [level: number, price: number, size: number];

/** Members of all messages with changes. */
export interface StreamChangeMessage {
  /** Number of the subscription on its connection. */
  readonly id: number;
  /** `SUB_IMAGE` starts afresh, `RESUB_DELTA` follows a reconnect. Ordinary changes leave it out. */
  readonly ct?: 'SUB_IMAGE' | 'RESUB_DELTA' | 'HEARTBEAT';
  /** Time of publishing, milliseconds since the Unix epoch. */
  readonly pt: number;
  /** Position from which a later subscription continues, together with {@link clk}. Only in some messages. */
  readonly initialClk?: string;
  /** Position from which a later subscription continues. */
  readonly clk?: string;
  /** Milliseconds within which Betfair sends a heartbeat if nothing changes. */
  readonly heartbeatMs?: number;
  /** Milliseconds for which Betfair collects changes. */
  readonly conflateMs?: number;
  /** 503: the data is late because of a fault at Betfair. It says nothing about the session. */
  readonly status?: number;
}

/** Changes of markets (`mcm`). */
export interface MarketChangeMessage extends StreamChangeMessage {
  /** Kind of the message. */
  readonly op: 'mcm';
  /** The markets that changed. */
  readonly mc?: readonly MarketChange[];
}

/** Changes of one market. */
export interface MarketChange {
  /** Market id, such as `1.234567890`. */
  readonly id: string;
  /** Replaces all that is known of the market. */
  readonly img?: boolean;
  /** Several changes were joined because the client read slowly. */
  readonly con?: boolean;
  /** Money traded on the market. */
  readonly tv?: number;
  /** Status, times and runners, in the form of Betfair's schema. */
  readonly marketDefinition?: Readonly<Record<string, unknown>>;
  /** The runners that changed. */
  readonly rc?: readonly RunnerChange[];
}

/** Changes of one runner. */
export interface RunnerChange {
  /** Selection id. */
  readonly id: number;
  /** Handicap; left out if it is 0. */
  readonly hc?: number;
  /** Last price traded. */
  readonly ltp?: number;
  /** Money traded on the runner. */
  readonly tv?: number;
  /** Best offers to back. */
  readonly batb?: readonly StreamLevel[];
  /** Best offers to lay. */
  readonly batl?: readonly StreamLevel[];
  /** Best offers to back as the website shows them, with virtual bets. */
  readonly bdatb?: readonly StreamLevel[];
  /** Best offers to lay as the website shows them, with virtual bets. */
  readonly bdatl?: readonly StreamLevel[];
  /** All offers to back. */
  readonly atb?: readonly StreamPrice[];
  /** All offers to lay. */
  readonly atl?: readonly StreamPrice[];
  /** Money traded at each price. */
  readonly trd?: readonly StreamPrice[];
  /** Starting price: bets to back. */
  readonly spb?: readonly StreamPrice[];
  /** Starting price: bets to lay. */
  readonly spl?: readonly StreamPrice[];
  /** Near starting price; the text `NaN` or `INF` if there is none. */
  readonly spn?: number | string;
  /** Far starting price; the text `NaN` or `INF` if there is none. */
  readonly spf?: number | string;
}

/** Changes of orders (`ocm`). */
export interface OrderChangeMessage extends StreamChangeMessage {
  /** Kind of the message. */
  readonly op: 'ocm';
  /** The markets whose orders changed. */
  readonly oc?: readonly OrderMarketChange[];
}

/** Changes of the orders on one market. */
export interface OrderMarketChange {
  /** Market id, such as `1.234567890`. */
  readonly id: string;
  /** Replaces all that is known of the market. */
  readonly fullImage?: boolean;
  /** The market is closed, and its orders are settled. */
  readonly closed?: boolean;
  /** The runners whose orders changed. */
  readonly orc?: readonly OrderRunnerChange[];
}

/** Changes of the orders on one runner. */
export interface OrderRunnerChange {
  /** Selection id. */
  readonly id: number;
  /** Handicap; left out if it is 0. */
  readonly hc?: number;
  /** Replaces all that is known of the runner. */
  readonly fullImage?: boolean;
  /** Orders that changed, each as a whole. */
  readonly uo?: readonly StreamOrder[];
  /** Bets that were matched, to back, by price. */
  readonly mb?: readonly StreamPrice[];
  /** Bets that were matched, to lay, by price. */
  readonly ml?: readonly StreamPrice[];
}

/** One order. Other members of Betfair's schema are passed on unchanged. */
export interface StreamOrder {
  /** Bet id. */
  readonly id: string;
  /** Price asked for. */
  readonly p: number;
  /** Size asked for. */
  readonly s: number;
  /** Side: back or lay. */
  readonly side: 'B' | 'L';
  /** Status: executable, or execution complete (nothing is left to match). */
  readonly status: 'E' | 'EC';
  /** Persistence: lapse, persist, or take the starting price. */
  readonly pt?: 'L' | 'P' | 'MOC';
  /** Type: limit, limit on close, or market on close. */
  readonly ot?: 'L' | 'LOC' | 'MOC';
  /** Time of placing, milliseconds since the Unix epoch. */
  readonly pd?: number;
  /** Time of the last match, milliseconds since the Unix epoch. */
  readonly md?: number;
  /** Time of cancelling, milliseconds since the Unix epoch. */
  readonly cd?: number;
  /** Time of lapsing, milliseconds since the Unix epoch. */
  readonly ld?: number;
  /** Reason of lapsing. */
  readonly lsrc?: string;
  /** Liability of an order at the starting price. */
  readonly bsp?: number;
  /** Size matched. */
  readonly sm?: number;
  /** Size remaining. */
  readonly sr?: number;
  /** Size that lapsed. */
  readonly sl?: number;
  /** Size cancelled. */
  readonly sc?: number;
  /** Size voided. */
  readonly sv?: number;
  /** Average price matched. */
  readonly avp?: number;
  /** Account at the regulator. */
  readonly rac?: string;
  /** Code of the regulator. */
  readonly rc?: string;
  /** `customerOrderRef` of the order. */
  readonly rfo?: string;
  /** `customerStrategyRef` of the order. */
  readonly rfs?: string;
}
