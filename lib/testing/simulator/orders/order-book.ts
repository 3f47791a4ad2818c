import { Bet, type BetRequest } from './bet.js';
import { fundsWith } from './account.funds.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';

/** Instructions accepted by `placeOrders`. */
export interface SimulatedOrder {
  /** User name of the account. */
  readonly username: string;
  /** Id of the market. */
  readonly marketId: string;
  /** Reference that refuses the same orders for 60 seconds. */
  readonly customerRef?: string | undefined;
  /** The instructions as they were sent. */
  readonly instructions: readonly Readonly<Record<string, unknown>>[];
}

/** Milliseconds for which a `customerRef` refuses the same orders. */
const DUPLICATE_WINDOW_MS = 60_000;

interface AccountBets {
  /** All bets, oldest first. */
  readonly all: Bet[];
  /** Bets that may still be matched or cancelled. */
  readonly open: Set<Bet>;
}

/** Bets of all accounts. They are matched when they are read. */
export class OrderBook {
  readonly orders: SimulatedOrder[] = [];
  readonly #bets = new Map<string, AccountBets>();
  /** Times at which references were accepted, by account and reference. */
  readonly #acceptedAt = new Map<string, number>();
  readonly #listeners = new Set<(bet: Bet) => void>();
  #lastId = 300_000_000_000;
  #revision = 0;

  constructor(private readonly markets: SimulatedMarkets) {}

  /** Calls back with every bet that was placed, matched or cancelled. Returns a function that ends this. */
  onChange(listener: (bet: Bet) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Number of times that a bet was placed, matched or cancelled. */
  get revision(): number {
    return this.#revision;
  }

  isDuplicate(order: SimulatedOrder): boolean {
    const now = this.markets.now();
    for (const [reference, at] of this.#acceptedAt) {
      if (now - at >= DUPLICATE_WINDOW_MS) this.#acceptedAt.delete(reference);
    }
    return order.customerRef !== undefined && this.#acceptedAt.has(referenceOf(order));
  }

  /** Places all bets of an order, or none if the account cannot pay for them. */
  place(order: SimulatedOrder, requests: readonly BetRequest[]): readonly Bet[] | undefined {
    const { username } = order;
    const now = this.markets.now();
    const bets = requests.map((request) => {
      return new Bet(String((this.#lastId += 1)), username, now, request);
    });
    if (fundsWith([...this.betsOf(username), ...bets]).available < 0) return undefined;
    this.orders.push(order);
    if (order.customerRef !== undefined) this.#acceptedAt.set(referenceOf(order), now);
    const { all, open } = this.#accountBets(username);
    for (const bet of bets) {
      all.push(bet);
      this.#match(bet);
      if (bet.status === 'EXECUTABLE') open.add(bet);
      this.#changed(bet);
    }
    return bets;
  }

  /** Cancels an amount of an open bet, by default all that remains. */
  cancel(bet: Bet, size?: number): number {
    const cancelled = bet.cancel(this.markets.now(), size);
    if (bet.status !== 'EXECUTABLE') this.#accountBets(bet.username).open.delete(bet);
    this.#changed(bet);
    return cancelled;
  }

  /** Returns the bets of an account in their current state, oldest first. */
  betsOf(username: string): readonly Bet[] {
    const { all, open } = this.#accountBets(username);
    for (const bet of open) {
      if (!this.#match(bet)) continue;
      if (bet.status !== 'EXECUTABLE') open.delete(bet);
      this.#changed(bet);
    }
    return all;
  }

  /** Tells if prices can still match a bet of that account. */
  isWaiting(username: string): boolean {
    return [...this.#accountBets(username).open].some(({ request }) => request.limit);
  }

  #accountBets(username: string): AccountBets {
    const known = this.#bets.get(username);
    if (known) return known;
    const bets = { all: [], open: new Set<Bet>() };
    this.#bets.set(username, bets);
    return bets;
  }

  #match(bet: Bet): boolean {
    const { market, selectionId } = bet.request;
    const ladder = () => this.markets.ladder(market, selectionId);
    const now = this.markets.now();
    const revision = this.#revision + 1;
    return bet.match(ladder, { step: this.markets.step(now), now, revision });
  }

  #changed(bet: Bet): void {
    bet.revision = this.#revision += 1;
    for (const listener of this.#listeners) listener(bet);
  }
}

function referenceOf({ username, customerRef }: SimulatedOrder): string {
  return JSON.stringify([username, customerRef]);
}
