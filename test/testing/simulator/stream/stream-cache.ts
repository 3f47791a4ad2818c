import {
  type ChangeMessage,
  isChangeMessage,
  type MarketChange,
  type OrderMarketChange,
  type Rows,
  type RunnerChange,
  type StreamOrder,
} from './stream-world.js';

export type Ladder = Map<number, readonly number[]>;

export const LADDERS = ['batb', 'batl', 'bdatb', 'bdatl', 'atb', 'atl', 'trd'] as const;

interface Runner {
  ltp?: number | undefined;
  tv?: number | undefined;
  readonly ladders: Map<(typeof LADDERS)[number], Ladder>;
}

interface Market {
  tv?: number | undefined;
  definition?: Readonly<Record<string, unknown>> | undefined;
  readonly runners: Map<number, Runner>;
}

interface Position {
  readonly orders: Map<string, StreamOrder>;
  readonly backs: Ladder;
  readonly lays: Ladder;
}

/** What a client must send to go on. */
interface Clocks {
  readonly initialClk?: string | undefined;
  readonly clk?: string | undefined;
}

/** What a client of the Stream API knows, made of its messages and nothing else. */
export class StreamCache {
  readonly markets = new Map<string, Market>();
  readonly positions = new Map<string, Position>();
  readonly clocks: Record<'mcm' | 'ocm', Clocks> = { mcm: {}, ocm: {} };
  #segments: ChangeMessage[] = [];

  constructor(messages: readonly ChangeMessage[] = []) {
    for (const message of messages) this.take(message);
  }

  /** Takes the change messages among these. Returns the others. */
  takeAll(messages: readonly unknown[]): readonly unknown[] {
    return messages.filter((message) => {
      const isChange = isChangeMessage(message);
      if (isChange) this.take(message);
      return !isChange;
    });
  }

  take(message: ChangeMessage): void {
    const { segmentType } = message;
    if (segmentType === 'SEG_START') expect(this.#segments).toEqual([]);
    if (segmentType === 'SEG' || segmentType === 'SEG_END') expect(this.#segments).not.toEqual([]);
    this.#segments.push(message);
    if (segmentType === 'SEG_START' || segmentType === 'SEG') return;
    const whole = this.#segments;
    this.#segments = [];
    if (message.ct === 'SUB_IMAGE') (message.op === 'mcm' ? this.markets : this.positions).clear();
    for (const { mc = [], oc = [] } of whole) {
      for (const change of mc) this.#takeMarket(change);
      for (const change of oc) this.#takeOrders(change);
    }
    const { initialClk = this.clocks[message.op].initialClk, clk } = message;
    this.clocks[message.op] = { initialClk, clk: clk ?? this.clocks[message.op].clk };
  }

  #takeMarket({ id, img, tv, marketDefinition, rc = [] }: MarketChange): void {
    const market = (!img && this.markets.get(id)) || { runners: new Map<number, Runner>() };
    expect(img ?? this.markets.has(id)).toBe(true);
    this.markets.set(id, market);
    market.tv = tv ?? market.tv;
    market.definition = marketDefinition ?? market.definition;
    for (const change of rc) this.#takeRunner(market, change);
  }

  #takeRunner({ runners }: Market, change: RunnerChange): void {
    const runner: Runner = runners.get(change.id) ?? { ladders: new Map() };
    runners.set(change.id, runner);
    runner.ltp = change.ltp ?? runner.ltp;
    runner.tv = change.tv ?? runner.tv;
    for (const name of LADDERS) {
      const ladder = runner.ladders.get(name) ?? new Map();
      runner.ladders.set(name, ladder);
      takeRows(ladder, change[name]);
    }
  }

  #takeOrders({ id, fullImage, orc = [] }: OrderMarketChange): void {
    for (const runner of orc) {
      const key = `${id} ${runner.id}`;
      const known = !fullImage && !runner.fullImage && this.positions.get(key);
      const position = known || { orders: new Map(), backs: new Map(), lays: new Map() };
      this.positions.set(key, position);
      for (const order of runner.uo ?? []) position.orders.set(order.id, order);
      takeRows(position.backs, runner.mb);
      takeRows(position.lays, runner.ml);
    }
  }
}

function takeRows(ladder: Ladder, rows: Rows = []): void {
  for (const row of rows) {
    const [key = 0] = row;
    if (row.at(-1) === 0) ladder.delete(key);
    else ladder.set(key, row);
  }
}
