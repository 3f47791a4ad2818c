import { shuffled } from './noise.js';

/** Constant data of a market, in Betfair's form where Betfair shows it. */
export interface MarketDefinition {
  readonly id: string;
  readonly name: string;
  /** Market type code of Betfair. */
  readonly type: string;
  readonly eventType: { readonly id: string; readonly name: string };
  readonly competition?: { readonly id: string; readonly name: string };
  readonly event: {
    readonly id: string;
    readonly name: string;
    readonly countryCode: string;
    readonly timezone: string;
    readonly venue?: string;
    readonly openDate: string;
  };
  /** Start, in milliseconds since the Unix epoch; the market is in play afterwards. */
  readonly startTime: number;
  readonly runners: readonly {
    readonly selectionId: number;
    readonly runnerName: string;
    readonly handicap: number;
    readonly sortPriority: number;
  }[];
  /** True if the catalogue lists it. Any other market is invented, and takes bets on any selection. */
  readonly isListed: boolean;
}

/** Regulator that Betfair names in markets and orders of its global exchange. */
export const REGULATOR = 'GIBRALTAR REGULATOR';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const HORSES = 8;
const COUNTRY = { countryCode: 'GB', timezone: 'Europe/London' };
const SOCCER = { id: '1', name: 'Soccer' };
const HORSE_RACING = { id: '7', name: 'Horse Racing' };
const LEAGUE = { id: '10932509', name: 'English Premier League' };
const TEAMS = 'Ashby Bramley Corbridge Dunster Elmswell Farnham'.split(' ');
const COURSES = 'Ascot Chepstow Doncaster Exeter Kempton Newbury Wincanton York'.split(' ');
const FIRST_WORDS = 'Amber Brave Crimson Distant Early Faithful Golden'.split(' ');
const SECOND_WORDS = 'Anchor Bishop Comet Drummer Echo Falcon Glade'.split(' ');
const RACES = ['2m Hcap Hrd', '3m Nov Chs', '1m4f Hcap'];
// Betfair's own ids in every market on goals and on results.
const GOALS = runnersOf(['Under 2.5 Goals', 'Over 2.5 Goals'], [47_972, 47_973]);
const DRAW = 58_805;

/** Makes the listed markets. Positions decide ids, the seed names, and the start of the simulator times. */
export function makeCatalogue(seed: number, start: number): readonly MarketDefinition[] {
  const opening = Math.ceil(start / (5 * MINUTE_MS)) * 5 * MINUTE_MS;
  const teams = shuffled(TEAMS, `${seed} teams`);
  const courses = shuffled(COURSES, `${seed} courses`);
  const horses = shuffled(
    FIRST_WORDS.flatMap((one) => SECOND_WORDS.map((other) => `${one} ${other}`)),
    `${seed} horses`,
  );

  const matches = [0, 2, 4].flatMap((place): readonly MarketDefinition[] => {
    const [home = '', away = ''] = teams.slice(place);
    const startTime = opening + (2 + 12 * place) * HOUR_MS;
    const id = String(33_445_566 + place);
    const event = { id, name: `${home} v ${away}`, ...COUNTRY, openDate: isoDate(startTime) };
    const match = { eventType: SOCCER, competition: LEAGUE, event, startTime, isListed: true };
    const goals = { id: `1.${234_567_890 + place}`, type: 'OVER_UNDER_25', runners: GOALS };
    const ids = [1_096 + place, 1_097 + place, DRAW];
    const runners = runnersOf([home, away, 'The Draw'], ids);
    const result = { id: `1.${234_567_891 + place}`, type: 'MATCH_ODDS', runners };
    return [
      { ...match, ...goals, name: 'Over/Under 2.5 Goals' },
      { ...match, ...result, name: 'Match Odds' },
    ];
  });

  const meetings = courses.slice(0, 2).flatMap((venue, day): readonly MarketDefinition[] => {
    const first = opening + (1 + 24 * day) * HOUR_MS;
    const openDate = isoDate(first);
    const id = String(33_445_666 + day);
    const event = { id, name: `${venue} ${dayOf(first)}`, ...COUNTRY, venue, openDate };
    return RACES.map((name, race) => {
      const place = RACES.length * day + race;
      const names = horses.slice(place * HORSES, (place + 1) * HORSES);
      const ids = names.map((_, index) => 26_500_001 + place * HORSES + index);
      return {
        id: `1.${234_567_990 + place}`,
        name,
        type: 'WIN',
        eventType: HORSE_RACING,
        event,
        startTime: first + race * 35 * MINUTE_MS,
        runners: runnersOf(names, ids),
        isListed: true,
      };
    });
  });
  return [...matches, ...meetings];
}

/** Makes a market for an id that the catalogue does not list. */
export function makeUpMarket(id: string, start: number): MarketDefinition {
  const startTime = start + 24 * HOUR_MS;
  const event = { id: id.slice(2), name: 'Made up', ...COUNTRY, openDate: isoDate(startTime) };
  const market = { id, name: 'Made up', type: 'NONE', eventType: SOCCER, event, startTime };
  return { ...market, runners: GOALS, isListed: false };
}

export function isoDate(time: number): string {
  return new Date(time).toISOString();
}

function runnersOf(names: readonly string[], ids: readonly number[]) {
  return names.map((runnerName, index) => {
    return { selectionId: ids[index] ?? 0, runnerName, handicap: 0, sortPriority: index + 1 };
  });
}

/** Formats a date such as `14 Nov`. */
function dayOf(time: number): string {
  const options = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  return new Date(time).toLocaleDateString('en-GB', options);
}
