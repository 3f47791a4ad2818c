// Kept here: globals are slow to read in the contexts of test runners.
const { imul } = Math;

/** Computes a number from 0 to below 1: the same for the same parts, and different for others. */
export function chance(...parts: readonly (number | string)[]): number {
  const text = parts.join(' ');
  // FNV-1a, then the last mix of MurmurHash3.
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Computes a smooth curve from -1 to 1 over time, with a new direction every `knotMs` milliseconds. */
export function wave(key: string, time: number, knotMs: number): number {
  const knot = Math.floor(time / knotMs);
  const part = time / knotMs - knot;
  const eased = part * part * (3 - 2 * part);
  const from = chance(key, knot);
  return 2 * (from + (chance(key, knot + 1) - from) * eased) - 1;
}

/** Sorts texts in an order that `key` decides. */
export function shuffled(texts: readonly string[], key: string): readonly string[] {
  return texts.toSorted((one, other) => chance(key, one) - chance(key, other));
}

/** Rounds an amount of money to whole pence. */
export function money(amount: number): number {
  return Math.round(amount * 100) / 100;
}
