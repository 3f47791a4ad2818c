import { CALLS, type Cell, MOMENTS, type Transport, TRANSPORTS, type Way, WAYS } from './cell.js';
import type { Outcome } from './cell.rule.js';

/** What writes the table anew. */
export const UPDATE_COMMAND = 'UPDATE_TABLES=1 npm run test:long -- test/interceptor/transports';

export interface Observation {
  readonly cell: Cell;
  readonly outcome: Outcome;
}

const HEADING = `<!-- Written by \`${UPDATE_COMMAND}\`; the same tests, without UPDATE_TABLES, fail where it is not what happens. -->

# What a handler does when Betfair refuses its session

Each handler makes two calls: with its own client and the session of \`@CurrentSession()\`, or with \`SessionService.fetch\`; where it makes none, it throws a refusal that it knows of. _once_: \`retry: 'once'\`; nothing: the default. _refused_ says when Betfair stops accepting the session; _again and again_: and each new one; _never_: it does not, and what the handler ends with only looks like a refusal. _sent_: how often the first and the second call reached Betfair. _orders_: how many were placed, where the first call is \`placeOrders\`; it is not where a handler that runs twice calls with its own client, which nothing counts. _logins_: those that the refusal caused.
`;

const COLUMNS = [
  'asked by',
  'refused',
  'calls',
  'runs',
  'sent',
  'orders',
  'logins',
  'client got',
  'handlers',
];

/** One section a transport; handlers with the same outcome share a row. */
export function tableOf(observations: readonly Observation[]): string {
  const sections = TRANSPORTS.map((transport) => {
    const here = observations.filter(({ cell }) => cell.transport === transport);
    return `## ${transport}\n\n${markdown([COLUMNS, ...rowsOf(transport, here)])}`;
  });
  return [HEADING, ...sections].join('\n');
}

function rowsOf(transport: Transport, observations: readonly Observation[]): string[][] {
  return WAYS[transport].flatMap((way) =>
    MOMENTS.flatMap((moment) =>
      CALLS.flatMap((calls) => {
        const rows = new Map<string, string[]>();
        for (const { cell, outcome } of observations) {
          if (cell.way !== way || cell.moment !== moment || cell.calls !== calls) continue;
          const columns = columnsOf(outcome);
          const names = rows.get(columns.join())?.at(-1);
          const handlers = names === undefined ? cell.kind.name : `${names}, ${cell.kind.name}`;
          rows.set(columns.join(), [nameOf(way), moment, calls, ...columns, handlers]);
        }
        return [...rows.values()];
      }),
    ),
  );
}

function columnsOf({ runs, sent, orders, logins, saw }: Outcome): string[] {
  const [first, second] = sent;
  const got = saw.join(', ') || 'nothing';
  return [String(runs), `${first} + ${second}`, String(orders ?? '-'), String(logins), got];
}

export function nameOf({ method, retry }: Way): string {
  return retry === undefined ? method : `${method}, ${retry}`;
}

/** As prettier writes it. */
function markdown([heading = [], ...rows]: readonly string[][]): string {
  const widths = heading.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[], filler = ' ') =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, filler)).join(' | ')} |\n`;
  return [
    line(heading),
    line(
      heading.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ].join('');
}
