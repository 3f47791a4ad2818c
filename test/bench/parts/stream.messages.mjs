const MARKETS = 200;
const RUNNERS = 12;

/** A size or price with the digits that Betfair's have, other for every number. */
function some(number, digits) {
  return Number((((number * 7_919) % 9_973) / 3 + 1).toFixed(digits));
}

function levels(from, count) {
  return Array.from({ length: count }, (_, level) => [
    level,
    some(from + level, 2),
    some(from * 3 + level, 2),
  ]);
}

function prices(from, count) {
  return levels(from, count).map(([, price, size]) => [price, size]);
}

function runner(number, count) {
  return {
    batb: levels(number, count),
    batl: levels(number + 1, count),
    trd: prices(number + 2, count),
    ltp: some(number, 2),
    tv: some(number * 5, 2),
    id: 47_972 + (number % RUNNERS),
  };
}

function marketId(number) {
  return `1.${200_000_000 + (number % MARKETS)}`;
}

function message(number, members) {
  return {
    op: 'mcm',
    id: 2,
    clk: `AJkEAN0${number}AJ8D`,
    pt: 1_780_000_000_000 + number,
    ...members,
  };
}

/** Changes as Betfair sends most of them: one market, one to three runners, a level or two of each. */
export function changes(count) {
  return Array.from({ length: count }, (_, number) => {
    const rc = Array.from({ length: 1 + (number % 3) }, (__, index) =>
      runner(number + index, 1 + (number % 2)),
    );
    return message(number, { mc: [{ rc, id: marketId(number) }] });
  });
}

/** Images of all markets with all their runners, about 1 MB each. */
export function images(count) {
  return Array.from({ length: count }, (_, number) => {
    const mc = Array.from({ length: MARKETS }, (__, market) => ({
      id: marketId(market),
      img: true,
      tv: some(market, 2),
      rc: Array.from({ length: RUNNERS }, (___, index) => runner(number + market + index, 6)),
    }));
    return message(number, { ct: 'SUB_IMAGE', initialClk: 'GpOH0gIa', mc });
  });
}
