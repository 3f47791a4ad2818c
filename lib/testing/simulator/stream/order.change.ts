import type { Bet } from '../orders/bet.js';
import { grouped } from '../market/grouped.js';
import { money } from '../market/noise.js';
import { handicapOf } from './market.definition.js';

const PERSISTENCE = { LAPSE: 'L', PERSIST: 'P', MARKET_ON_CLOSE: 'MOC' } as const;
const ORDER_TYPE = { LIMIT: 'L', LIMIT_ON_CLOSE: 'LOC', MARKET_ON_CLOSE: 'MOC' } as const;

/** Code of the Gibraltar regulator, which the Betting API calls by its name. */
const STREAM_REGULATOR = 'REG_GGC';

/** Parts of an account's bets in a subscription. */
export interface OrderView {
  /** Strategies of the orders; empty for all orders. */
  readonly strategies: ReadonlySet<string>;
  /** True if the matched money, of all strategies, is included. */
  readonly hasPositions: boolean;
}

/** Writes the changes of bets since a revision, by market; without one, images. */
export function orderChanges(
  bets: readonly Bet[],
  view: OrderView,
  since: number | undefined,
): readonly object[] {
  const image = since === undefined ? { fullImage: true } : {};
  return grouped(bets, ({ request }) => request.market.id).flatMap((ofMarket) => {
    const runners = grouped(ofMarket, ({ request: { selectionId, handicap } }) => {
      return `${selectionId} ${handicap}`;
    }).flatMap((ofRunner) => {
      const { selectionId, handicap } = ofRunner[0].request;
      const key = { id: selectionId, ...handicapOf(handicap), ...image };
      return runnerChange(ofRunner, view, since).map((change) => ({ ...key, ...change }));
    });
    const { id } = ofMarket[0].request.market;
    return runners.length > 0 ? [{ id, closed: false, ...image, orc: runners }] : [];
  });
}

/** Writes the bets on a runner for a subscription, if there are any. */
function runnerChange(bets: readonly Bet[], view: OrderView, since: number | undefined): object[] {
  const shown = bets.filter(({ status, revision, request: { customerStrategyRef } }) => {
    const isShown = since === undefined ? status === 'EXECUTABLE' : revision > since;
    const { strategies } = view;
    return isShown && (strategies.size === 0 || strategies.has(customerStrategyRef ?? ''));
  });
  const matched = (side: 'BACK' | 'LAY') => {
    return view.hasPositions ? matchedRows(bets, side, since ?? 0) : [];
  };
  const [backs, lays] = [matched('BACK'), matched('LAY')];
  const change = {
    ...(shown.length > 0 && { uo: shown.map(streamOrder) }),
    ...(backs.length > 0 && { mb: backs }),
    ...(lays.length > 0 && { ml: lays }),
  };
  return Object.keys(change).length > 0 ? [change] : [];
}

/** Sums the matched money of a side, for each price that changed after `since`. */
function matchedRows(bets: readonly Bet[], side: 'BACK' | 'LAY', since: number) {
  const matches = bets
    .filter(({ request }) => request.side === side)
    .flatMap((bet) => Array.from(bet.matches, ([price, match]) => ({ price, ...match })));
  return grouped(matches, ({ price }) => price)
    .filter((atPrice) => atPrice.some(({ revision }) => revision > since))
    .map((atPrice) => {
      return [atPrice[0].price, money(atPrice.reduce((total, { size }) => total + size, 0))];
    });
}

function streamOrder(bet: Bet): object {
  const { limit, side, persistenceType, orderType, bspLiability, ...request } = bet.request;
  return {
    id: bet.id,
    p: bet.price,
    s: limit?.size ?? 0,
    ...(orderType !== 'LIMIT' && { bsp: bspLiability }),
    side: side === 'BACK' ? 'B' : 'L',
    status: bet.status === 'EXECUTABLE' ? 'E' : 'EC',
    pt: PERSISTENCE[persistenceType],
    ot: ORDER_TYPE[orderType],
    pd: bet.placedAt,
    ...(bet.matchedAt !== undefined && { md: bet.matchedAt, avp: money(bet.averagePriceMatched) }),
    ...(bet.cancelledAt !== undefined && { cd: bet.cancelledAt }),
    sm: bet.sizeMatched,
    sr: bet.sizeRemaining,
    sl: 0,
    sc: bet.sizeCancelled,
    sv: 0,
    rac: '',
    rc: STREAM_REGULATOR,
    rfo: request.customerOrderRef ?? '',
    rfs: request.customerStrategyRef ?? '',
  };
}
