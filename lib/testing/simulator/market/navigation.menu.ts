import { grouped, type Group } from './grouped.js';
import type { MarketDefinition } from './market.catalogue.js';

/** Makes the navigation menu, from the sports down to the markets. */
export function navigationMenu(markets: readonly MarketDefinition[]): object {
  const sports = grouped(markets, ({ eventType }) => eventType.id);
  return { type: 'GROUP', name: 'ROOT', id: 0, children: sports.map(sportNode) };
}

type Markets = Group<MarketDefinition>;

function sportNode(group: Markets): object {
  const [{ eventType }] = group;
  const competitions = grouped(group, ({ competition }) => competition?.id ?? '');
  return { type: 'EVENT_TYPE', ...eventType, children: competitions.flatMap(competitionNodes) };
}

/** Makes a sport. Without competitions, its events are directly below it. */
function competitionNodes(group: Markets): readonly object[] {
  const [{ competition }] = group;
  const events = grouped(group, ({ event }) => event.id).map(eventNode);
  return competition ? [{ type: 'GROUP', ...competition, children: events }] : events;
}

function eventNode(group: Markets): object {
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
