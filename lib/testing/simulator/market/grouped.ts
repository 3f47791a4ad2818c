export type Group<T> = readonly [T, ...T[]];

/** Groups values by a key, in their order. */
export function grouped<T>(
  values: readonly T[],
  keyOf: (value: T) => unknown,
): readonly Group<T>[] {
  const groups = new Map<unknown, [T, ...T[]]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return [...groups.values()];
}
