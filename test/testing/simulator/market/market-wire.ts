import { BetfairSimulator, type BetfairSimulatorOptions } from '../../../../lib/testing/index.js';
import { ACCOUNT, BETTING, rightClient, rpc, TestClock } from '../wire.js';

export interface PriceSize {
  readonly price: number;
  readonly size: number;
}

export interface Book {
  readonly marketId: string;
  readonly inplay: boolean;
  readonly totalMatched: number;
  readonly runners: readonly {
    readonly selectionId: number;
    readonly totalMatched: number;
    readonly ex?: {
      readonly availableToBack: readonly PriceSize[];
      readonly availableToLay: readonly PriceSize[];
      readonly tradedVolume: readonly PriceSize[];
    };
  }[];
}

export interface Entry {
  readonly marketId: string;
  readonly marketName: string;
  readonly totalMatched: number;
  readonly marketStartTime: string;
  readonly event: { readonly id: string; readonly name: string; readonly openDate: string };
  readonly runners: readonly { readonly selectionId: number; readonly runnerName: string }[];
}

export interface PlaceReport {
  readonly status: string;
  readonly errorCode?: string;
  readonly instructionReports: readonly {
    readonly status: string;
    readonly errorCode?: string;
    readonly betId: string;
    readonly sizeMatched: number;
    readonly averagePriceMatched: number;
    readonly orderStatus: string;
  }[];
}

export interface CancelReport {
  readonly status: string;
  readonly errorCode?: string;
  readonly instructionReports: readonly {
    readonly status: string;
    readonly errorCode?: string;
    readonly instruction: { readonly betId: string };
    readonly sizeCancelled: number;
  }[];
}

export interface CurrentOrder {
  readonly betId: string;
  readonly marketId: string;
  readonly selectionId: number;
  readonly side: 'BACK' | 'LAY';
  readonly status: string;
  readonly priceSize: PriceSize;
  readonly averagePriceMatched: number;
  readonly sizeMatched: number;
  readonly sizeRemaining: number;
  readonly sizeCancelled: number;
  readonly sizeLapsed: number;
  readonly sizeVoided: number;
}

export interface Funds {
  readonly availableToBetBalance: number;
  readonly exposure: number;
}

/** One account that trades, over TLS. */
export class Trader {
  private constructor(
    readonly simulator: BetfairSimulator,
    readonly clock: TestClock,
    private readonly client: ReturnType<typeof rightClient>,
    private readonly token: string,
  ) {}

  static async start(options: BetfairSimulatorOptions = {}): Promise<Trader> {
    const clock = new TestClock();
    const simulator = await BetfairSimulator.start({ clock, ...options });
    return Trader.on(simulator, undefined, clock);
  }

  /** @param clock - if the simulator has it */
  static async on(simulator: BetfairSimulator, username?: string, clock = new TestClock()) {
    return new Trader(simulator, clock, ...(await login(simulator, username)));
  }

  /** The same market, seen from another account. */
  async as(username: string): Promise<Trader> {
    return Trader.on(this.simulator, username, this.clock);
  }

  betting<T>(operation: string, params: object = {}): Promise<T> {
    return this.#call(BETTING, rpc(`SportsAPING/v1.0/${operation}`, params));
  }

  /** The `errorCode` by which a call is refused. */
  async refusal(operation: string, params: object): Promise<string> {
    const call = rpc(`SportsAPING/v1.0/${operation}`, params);
    const { body } = await this.client.call(this.token, BETTING, call);
    const { error }: { error: { data: { APINGException: { errorCode: string } } } } =
      JSON.parse(body);
    return error.data.APINGException.errorCode;
  }

  account<T>(operation: string): Promise<T> {
    return this.#call(ACCOUNT, rpc(`AccountAPING/v1.0/${operation}`));
  }

  funds(): Promise<Funds> {
    return this.account('getAccountFunds');
  }

  catalogue(params: object = {}): Promise<readonly Entry[]> {
    const marketProjection = ['EVENT', 'MARKET_START_TIME', 'RUNNER_DESCRIPTION'];
    return this.betting('listMarketCatalogue', { marketProjection, maxResults: 100, ...params });
  }

  async books(marketIds: readonly string[], ...priceData: readonly string[]) {
    const params = { marketIds, ...(priceData.length > 0 && { priceProjection: { priceData } }) };
    return this.betting<readonly Book[]>('listMarketBook', params);
  }

  /** The best prices of a runner. */
  async best(marketId: string, selectionId: number): Promise<{ back: PriceSize; lay: PriceSize }> {
    const [book] = await this.books([marketId], 'EX_BEST_OFFERS');
    const ex = book?.runners.find((runner) => runner.selectionId === selectionId)?.ex;
    const [back, lay] = [ex?.availableToBack[0], ex?.availableToLay[0]];
    if (!back || !lay) throw new Error(`No prices for ${selectionId} in ${marketId}`);
    return { back, lay };
  }

  place(marketId: string, ...instructions: readonly object[]): Promise<PlaceReport> {
    return this.betting('placeOrders', { marketId, instructions });
  }

  cancel(params: object = {}): Promise<CancelReport> {
    return this.betting('cancelOrders', params);
  }

  async orders(params: object = {}): Promise<readonly CurrentOrder[]> {
    const { currentOrders } = await this.betting<{ currentOrders: readonly CurrentOrder[] }>(
      'listCurrentOrders',
      params,
    );
    return currentOrders;
  }

  async #call<T>(path: string, call: object): Promise<T> {
    const { body } = await this.client.call(this.token, path, call);
    const answer: { result?: T } = JSON.parse(body);
    if (answer.result === undefined) throw new Error(`No result in ${body}`);
    return answer.result;
  }
}

export function limit(selectionId: number, side: 'BACK' | 'LAY', price: number, size: number) {
  const limitOrder = { size, price, persistenceType: 'LAPSE' };
  return { selectionId, side, orderType: 'LIMIT', limitOrder };
}

async function login(simulator: BetfairSimulator, username?: string) {
  const client = rightClient(simulator.options(username));
  return [client, await client.token()] as const;
}
