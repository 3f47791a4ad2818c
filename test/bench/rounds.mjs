/**
 * Runs contenders by turns, every other round in the opposite order, so that whatever else the machine does meets all
 * of them alike. The first round warms up and does not count.
 *
 * @returns what they returned, by name, in the order of the rounds
 */
export async function byTurns(rounds, contenders) {
  const names = Object.keys(contenders);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const sample = await contenders[name]();
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios of each round. */
export function ratio(samples, base) {
  return median(samples.map((sample, round) => sample / base[round]));
}

/** A duration with two digits and the unit that suits it. */
export function inUnits(ms) {
  const [unit, scale] = ms < 0.001 ? ['ns', 1e6] : ms < 1 ? ['µs', 1e3] : ['ms', 1];
  return `${Number((ms * scale).toPrecision(2)).toLocaleString('en')} ${unit}`;
}
