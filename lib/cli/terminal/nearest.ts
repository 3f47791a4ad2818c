/** Finds the name that somebody probably meant; `undefined` if none is similar. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, mistakes: distance(typed.toLowerCase(), name.toLowerCase()) }))
    .toSorted((one, other) => one.mistakes - other.mistakes);
  const isSimilar = best !== undefined && best.mistakes <= allowedFor(best.name);
  return isSimilar ? best.name : undefined;
}

/** Mistakes in a name that is still recognised: one in three characters, at most three. */
function allowedFor(name: string): number {
  return Math.min(3, Math.max(1, Math.floor(name.length / 3)));
}

/** Counts the characters to add, remove, replace or swap with the next one. */
function distance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(before, j - 2) + 1 : Infinity,
      );
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
