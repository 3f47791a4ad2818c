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

/** The value below which that part of the values lies, such as 0.25 of them. */
export function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at % 1);
}

export function median(values) {
  return quantile(values, 0.5);
}

/** Between which two values the middle half of them lies. */
export function spread(values) {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}

/** The value of a figure: the median of the ratios of each round, and their spread. */
export function compared(samples, base) {
  const ratios = samples.map((sample, round) => sample / base[round]);
  return { value: median(ratios), unit: '×', spread: spread(ratios) };
}

/** {@link compared} for durations in milliseconds, with both medians. */
export function comparedTimes(samples, base, there = 'there') {
  const note = `${inUnits(median(samples))}; ${there}: ${inUnits(median(base))}`;
  return { ...compared(samples, base), note };
}

/** A bar of a chart: the median of the samples, and their spread. */
export function bar(label, samples, isOurs = false) {
  return { label, value: median(samples), spread: spread(samples), isOurs };
}

/** A duration with two digits and the unit that suits it. */
export function inUnits(ms) {
  const [unit, scale] = ms < 0.001 ? ['ns', 1e6] : ms < 1 ? ['µs', 1e3] : ['ms', 1];
  return `${Number((ms * scale).toPrecision(2)).toLocaleString('en')} ${unit}`;
}
