import type { Bet } from './bet.js';
import { money } from '../market/noise.js';

const BALANCE = 1_000;

/** Computes the money that an account can still bet, and the most that its bets can lose, as a negative number. */
export function fundsWith(bets: readonly Bet[]) {
  const byMarket = new Map<string, Bet[]>();
  for (const bet of bets) {
    const { market, limit } = bet.request;
    const others = byMarket.get(market.id);
    if (others) others.push(bet);
    else if (limit) byMarket.set(market.id, [bet]);
  }
  const exposures = Array.from(byMarket.values(), marketExposure);
  const exposure = money(exposures.reduce((sum, one) => sum + one, 0));
  return { available: money(BALANCE + exposure), exposure };
}

/** Adds an unmatched bet to the outcomes in which it would lose. */
function marketExposure(bets: readonly Bet[]): number {
  // In an invented market, any selection could win.
  const winners = bets.flatMap(({ request: { market, selectionId } }) => {
    return [...market.runners.map((runner) => runner.selectionId), selectionId];
  });
  const results = Array.from(new Set(winners), (winner) =>
    bets.reduce((sum, bet) => sum + resultOf(bet, winner), 0),
  );
  return Math.min(0, ...results);
}

function resultOf({ request, payout, sizeMatched, sizeRemaining }: Bet, winner: number): number {
  const { limit, selectionId } = request;
  if (!limit) return 0;
  const sign = limit.side === 'BACK' ? 1 : -1;
  const wins = selectionId === winner;
  const matched = wins ? payout - sizeMatched : -sizeMatched;
  const unmatched = wins ? sizeRemaining * (limit.price - 1) : -sizeRemaining;
  return sign * matched + Math.min(0, sign * unmatched);
}
