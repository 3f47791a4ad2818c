import type { MarketDefinition } from '../market/market.catalogue.js';
import type { Ladder } from '../market/market.ladder.js';
import { money } from '../market/noise.js';
import type { PlaceInstruction } from './place.instruction.js';

/** A bet of an instruction. */
export interface BetRequest extends PlaceInstruction {
  readonly market: MarketDefinition;
  /** Strategy of the whole order. */
  readonly customerStrategyRef?: string | undefined;
  /** Terms of a limit order. Other kinds of orders have none, and never match. */
  readonly limit?: {
    readonly side: 'BACK' | 'LAY';
    readonly price: number;
    readonly size: number;
    readonly persistenceType: string;
  };
}

/** A bet and its state: matched, remaining and cancelled add up to its size. */
export class Bet {
  sizeMatched = 0;
  sizeCancelled = 0;
  /** Money that the matched part pays if it wins, stake included. */
  payout = 0;
  matchedAt: number | undefined;
  /** Time of the last cancellation. */
  cancelledAt: number | undefined;
  /** Number of the last change of this bet, counted over all bets. */
  revision = 0;
  /** Money matched at each price, and the number of its last change. */
  readonly matches = new Map<number, { readonly size: number; readonly revision: number }>();
  #lastStep: number | undefined;

  constructor(
    readonly id: string,
    readonly username: string,
    readonly placedAt: number,
    readonly request: BetRequest,
  ) {}

  /** Requested price; 0 if there is none. */
  get price(): number {
    return this.request.limit?.price ?? this.request.bspLimit ?? 0;
  }

  get sizeRemaining(): number {
    const size = this.request.limit?.size ?? 0;
    return money(size - this.sizeMatched - this.sizeCancelled);
  }

  get averagePriceMatched(): number {
    return this.sizeMatched === 0 ? 0 : this.payout / this.sizeMatched;
  }

  get status(): 'EXECUTABLE' | 'EXECUTION_COMPLETE' {
    const isOpen = this.request.limit ? this.sizeRemaining > 0 : this.cancelledAt === undefined;
    return isOpen ? 'EXECUTABLE' : 'EXECUTION_COMPLETE';
  }

  /**
   * Matches offers of the ladder at the limit or better, once in each step of the prices. As at Betfair, a bet that
   * waited is matched at its own price.
   *
   * @param moment - the step of the prices, the time, and the number of the change if there is a match
   * @returns true if anything was matched
   */
  match(
    ladder: () => Ladder,
    { step, now, revision }: { step: number; now: number; revision: number },
  ): boolean {
    const { limit } = this.request;
    if (!limit || this.status === 'EXECUTION_COMPLETE' || step === this.#lastStep) return false;
    const hasWaited = this.#lastStep !== undefined;
    const before = this.sizeMatched;
    this.#lastStep = step;
    for (const { price, size } of limit.side === 'BACK' ? ladder().back : ladder().lay) {
      if (limit.side === 'BACK' ? price < limit.price : price > limit.price) break;
      const taken = Math.min(size, this.sizeRemaining);
      this.sizeMatched = money(this.sizeMatched + taken);
      if (taken === 0) break;
      const matchedAt = hasWaited ? limit.price : price;
      this.payout += taken * matchedAt;
      const sizeBefore = this.matches.get(matchedAt)?.size ?? 0;
      this.matches.set(matchedAt, { size: money(sizeBefore + taken), revision });
    }
    if (this.sizeMatched > before) this.matchedAt = now;
    return this.sizeMatched > before;
  }

  /** Cancels an amount, by default all that remains. */
  cancel(now: number, size = Infinity): number {
    const cancelled = Math.min(size, this.sizeRemaining);
    this.sizeCancelled = money(this.sizeCancelled + cancelled);
    this.cancelledAt = now;
    return cancelled;
  }
}
