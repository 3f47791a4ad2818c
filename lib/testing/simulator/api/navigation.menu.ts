/** Name of the navigation menu among the answers. */
export const MENU = 'menu.json';

/** Navigation menu of the exchange: what can be bet on, from the sports down to the markets. */
export const NAVIGATION_MENU = {
  type: 'GROUP',
  name: 'ROOT',
  id: 0,
  children: [
    {
      type: 'EVENT_TYPE',
      name: 'Soccer',
      id: '1',
      children: [
        {
          type: 'GROUP',
          name: 'English Soccer',
          id: '1001',
          children: [
            {
              type: 'EVENT',
              name: 'Rovers v United',
              id: '33445577',
              countryCode: 'GB',
              children: [market('1.234567891', 'Match Odds', 'MATCH_ODDS')],
            },
          ],
        },
      ],
    },
    {
      type: 'EVENT_TYPE',
      name: 'Horse Racing',
      id: '7',
      children: [
        {
          type: 'EVENT',
          name: 'Ascot 14th Nov',
          id: '33445566',
          countryCode: 'GB',
          children: [market('1.234567890', '2m Hcap Hrd', 'WIN')],
        },
      ],
    },
  ],
};

function market(id: string, name: string, marketType: string) {
  return {
    type: 'MARKET',
    name,
    id,
    exchangeId: '1',
    marketType,
    marketStartTime: '2026-11-14T14:05:00.000Z',
    numberOfWinners: '1',
  };
}
