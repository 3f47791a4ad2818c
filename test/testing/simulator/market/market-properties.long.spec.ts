import { SeededRandom } from '../../../support/random.mjs';
import { PRICES } from '../../../../lib/testing/simulator/market/price.increments.js';
import { type CurrentOrder, limit, type PlaceReport, Trader } from './market-wire.js';

const SEEDS = [1, 2, 3, 4];
const STEPS = 60;
const BALANCE = 1_000;
const DAY = 24 * 3_600_000;
/** A listed market, another, and one that is made up. */
const RUNNERS: Readonly<Record<string, readonly number[]>> = {
  '1.234567890': [47_972, 47_973],
  '1.234567990': [26_500_001, 26_500_002, 26_500_003],
  '1.2': [1, 2],
};

/** An order as the test placed it, and what the reports have told of it since. */
interface Placed {
  readonly betId: string;
  readonly marketId: string;
  readonly selectionId: number;
  readonly side: 'BACK' | 'LAY';
  readonly price: number;
  readonly size: number;
  matched: number;
  cancelled: number;
}

let trader: Trader;
let placed: Placed[];
let random: SeededRandom;

afterEach(() => trader.simulator.stop());

const pence = (amount: number) => Math.round(amount * 100);

/** What an account could lose, by trying for each market who wins, and for each bet whether the rest is matched. */
function modelOfExposure(orders: readonly CurrentOrder[]): number {
  let exposure = 0;
  for (const marketId of new Set(orders.map((order) => order.marketId))) {
    const bets = orders.filter((order) => order.marketId === marketId);
    // Somebody else may win too: every market has a runner on which nobody bets here, but the first.
    const others = marketId === '1.234567890' ? [] : [0];
    const winners = [...(RUNNERS[marketId] ?? []), ...others];
    const worst = winners.map((winner) =>
      bets.reduce((total, bet) => {
        const result = (size: number, price: number) => {
          const forBacker = bet.selectionId === winner ? size * (price - 1) : -size;
          return bet.side === 'BACK' ? forBacker : -forBacker;
        };
        const rest = result(bet.sizeRemaining, bet.priceSize.price);
        return total + result(bet.sizeMatched, bet.averagePriceMatched) + (rest < 0 ? rest : 0);
      }, 0),
    );
    exposure += Math.min(0, ...worst);
  }
  return exposure;
}

async function place(): Promise<void> {
  const marketId = random.pick(['1.234567890', '1.234567990', '1.2']);
  const orders = Array.from({ length: random.between(1, 3) }, () => {
    const selectionId = RUNNERS[marketId]?.[random.between(0, 1)] ?? 0;
    const side = random.pick(['BACK', 'LAY'] as const);
    // About the price of the market, so that some are matched at once, some later, and some never.
    return {
      selectionId,
      side,
      size: random.between(100, 6_000) / 100,
      offset: random.between(-6, 6),
    };
  });
  const instructions = [];
  for (const { selectionId, side, size, offset } of orders) {
    const price =
      marketId === '1.2'
        ? (PRICES[random.between(0, 250)] ?? 2)
        : await nearby(marketId, selectionId, offset);
    instructions.push({ selectionId, side, size, price });
  }
  const before = await trader.funds();
  const report: PlaceReport = await trader.place(
    marketId,
    ...instructions.map((one) => limit(one.selectionId, one.side, one.price, one.size)),
  );
  if (report.status === 'FAILURE') {
    expect(report.errorCode).toBe('INSUFFICIENT_FUNDS');
    expect(await trader.funds()).toEqual(before);
    return;
  }
  for (const [index, one] of instructions.entries()) {
    const { betId = '', sizeMatched = 0, orderStatus } = report.instructionReports[index] ?? {};
    expect(orderStatus).toBe(sizeMatched === one.size ? 'EXECUTION_COMPLETE' : 'EXECUTABLE');
    placed.push({ ...one, betId, marketId, matched: sizeMatched, cancelled: 0 });
  }
}

async function nearby(marketId: string, selectionId: number, offset: number): Promise<number> {
  const { back } = await trader.best(marketId, selectionId);
  return PRICES[Math.max(0, PRICES.indexOf(back.price) + offset)] ?? 2;
}

async function cancel(): Promise<void> {
  const one = placed[random.between(0, placed.length - 1)];
  const sizeReduction = random.between(1, 2_000) / 100;
  const params =
    one === undefined || random.chance(0.1)
      ? {}
      : random.chance(0.2)
        ? { marketId: one.marketId }
        : {
            marketId: one.marketId,
            instructions: [{ betId: one.betId, ...(random.chance(0.5) && { sizeReduction }) }],
          };
  const { instructionReports } = await trader.cancel(params);
  for (const { status, errorCode, instruction, sizeCancelled } of instructionReports) {
    const cancelled = placed.find(({ betId }) => betId === instruction.betId);
    if (!cancelled) throw new Error(`Cancelled ${instruction.betId}, which nobody placed.`);
    if (status === 'FAILURE') {
      expect([errorCode, sizeCancelled]).toEqual(['BET_TAKEN_OR_LAPSED', 0]);
    }
    cancelled.cancelled = (pence(cancelled.cancelled) + pence(sizeCancelled)) / 100;
  }
}

async function moveTime(): Promise<void> {
  trader.clock.now += random.pick([100, 500, 5_000, 60_000, 3_600_000, 2 * DAY]);
}

/** Compares what was placed, what is listed, and the funds. */
async function compare(): Promise<void> {
  const orders = await trader.orders();
  expect(orders.map(({ betId }) => betId)).toEqual(placed.map(({ betId }) => betId));
  for (const [index, order] of orders.entries()) {
    const mine = placed[index];
    if (!mine) throw new Error('There are more orders than were placed.');
    const { sizeMatched, sizeRemaining, sizeCancelled, sizeLapsed, sizeVoided } = order;
    const parts = [sizeMatched, sizeRemaining, sizeCancelled, sizeLapsed, sizeVoided];
    expect(parts.reduce((sum, part) => sum + pence(part), 0)).toBe(pence(mine.size));
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    expect(order).toMatchObject({
      marketId: mine.marketId,
      selectionId: mine.selectionId,
      side: mine.side,
      priceSize: { price: mine.price, size: mine.size },
      sizeCancelled: mine.cancelled,
      status: sizeRemaining > 0 ? 'EXECUTABLE' : 'EXECUTION_COMPLETE',
    });
    expect(sizeMatched).toBeGreaterThanOrEqual(mine.matched);
    mine.matched = sizeMatched;
    if (sizeMatched === 0) expect(order.averagePriceMatched).toBe(0);
    else if (mine.side === 'BACK') {
      expect(order.averagePriceMatched).toBeGreaterThanOrEqual(mine.price - 1e-9);
    } else expect(order.averagePriceMatched).toBeLessThanOrEqual(mine.price + 1e-9);
  }
  const { availableToBetBalance, exposure } = await trader.funds();
  expect(exposure).toBeCloseTo(modelOfExposure(orders), 1);
  expect(pence(availableToBetBalance)).toBe(pence(BALANCE) + pence(exposure));
  expect(availableToBetBalance).toBeGreaterThanOrEqual(0);
}

it.each(SEEDS)(
  'what was placed, the reports, the orders and the funds agree at every step (seed %i)',
  async (seed) => {
    random = new SeededRandom(seed);
    placed = [];
    trader = await Trader.start({ seed, accounts: [{ sessionLifetime: 1_000 * DAY }] });
    for (let step = 0; step < STEPS; step++) {
      await random.pick([place, place, cancel, moveTime])();
      await compare();
    }
    // Else the test would have compared nothing.
    expect(placed.filter(({ matched }) => matched > 0).length).toBeGreaterThan(5);
    expect(placed.filter(({ cancelled }) => cancelled > 0).length).toBeGreaterThan(1);
    expect(placed.filter(({ matched, size }) => matched < size).length).toBeGreaterThan(1);
  },
  60_000,
);
