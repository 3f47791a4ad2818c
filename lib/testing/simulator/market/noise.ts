// Not looked up for every character: globals are slow to reach in the contexts in which test runners run modules.
const { imul } = Math;

/** A number from 0 up to, not including, 1: always the same for the same parts, and unlike that of any others. */
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

/** A smooth curve from -1 to 1 over time, with a new direction every `knotMs`. */
export function wave(key: string, time: number, knotMs: number): number {
  const knot = Math.floor(time / knotMs);
  const part = time / knotMs - knot;
  const eased = part * part * (3 - 2 * part);
  const from = chance(key, knot);
  return 2 * (from + (chance(key, knot + 1) - from) * eased) - 1;
}

/** The texts in an order that `key` decides. */
export function shuffled(texts: readonly string[], key: string): readonly string[] {
  return texts.toSorted((one, other) => chance(key, one) - chance(key, other));
}

/** An amount of money: whole pence. */
export function money(amount: number): number {
  return Math.round(amount * 100) / 100;
}
