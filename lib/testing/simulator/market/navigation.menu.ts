import type { MarketDefinition } from './market.catalogue.js';

/** The navigation menu: what can be bet on, from the sports down to the markets. */
export function navigationMenu(markets: readonly MarketDefinition[]): object {
  const sports = grouped(markets, ({ eventType }) => eventType.id);
  return { type: 'GROUP', name: 'ROOT', id: 0, children: sports.map(sportNode) };
}

type Group = readonly [MarketDefinition, ...MarketDefinition[]];

function sportNode(group: Group): object {
  const [{ eventType }] = group;
  const competitions = grouped(group, ({ competition }) => competition?.id ?? '');
  return { type: 'EVENT_TYPE', ...eventType, children: competitions.flatMap(competitionNodes) };
}

/** A sport without competitions has its events right below it. */
function competitionNodes(group: Group): readonly object[] {
  const [{ competition }] = group;
  const events = grouped(group, ({ event }) => event.id).map(eventNode);
  return competition ? [{ type: 'GROUP', ...competition, children: events }] : events;
}

function eventNode(group: Group): object {
  const [{ event }] = group;
  const { id, name, countryCode } = event;
  return { type: 'EVENT', name, id, countryCode, children: group.map(marketNode) };
}

function marketNode({ id, name, type, startTime }: MarketDefinition): object {
  return {
    type: 'MARKET',
    name,
    id,
    exchangeId: '1',
    marketType: type,
    marketStartTime: new Date(startTime).toISOString(),
    numberOfWinners: '1',
  };
}

/** The markets by a key, in their order. */
function grouped(
  markets: readonly MarketDefinition[],
  keyOf: (market: MarketDefinition) => string,
): readonly Group[] {
  const groups = new Map<string, [MarketDefinition, ...MarketDefinition[]]>();
  for (const market of markets) {
    const group = groups.get(keyOf(market));
    if (group) group.push(market);
    else groups.set(keyOf(market), [market]);
  }
  return [...groups.values()];
}
