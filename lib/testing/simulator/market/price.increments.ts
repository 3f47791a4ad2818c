/** Lowest price of each of Betfair's increments, and the increment, in hundredths. */
const FROM = [101, 200, 300, 400, 600, 1_000, 2_000, 3_000, 5_000, 10_000];
const INCREMENT = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
const HIGHEST = 100_000;

/** All prices that a bet may have, from 1.01 to 1000. */
export const PRICES: readonly number[] = FROM.flatMap((from, index) => {
  const increment = INCREMENT[index] ?? HIGHEST;
  const count = Math.ceil(((FROM[index + 1] ?? HIGHEST + 1) - from) / increment);
  return Array.from({ length: count }, (_, step) => (from + step * increment) / 100);
});

/** Finds the index in {@link PRICES} of the highest price up to this one. */
export function priceIndex(price: number): number {
  const index = PRICES.findLastIndex((one) => one <= price);
  return Math.max(0, index);
}
