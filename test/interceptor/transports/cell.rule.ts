import { type Cell, isHttp, returnsRejection } from './cell.js';

/** What happened in one cell. */
export interface Outcome {
  readonly runs: number;
  /** How often each of the handler's two calls was sent. */
  readonly sent: readonly [number, number];
  /** How many orders Betfair accepted, where the first call is one. */
  readonly orders: number | undefined;
  /** Logins after the first. */
  readonly logins: number;
  /** What the client was given, in order. */
  readonly saw: readonly string[];
}

/** HTTP promises that GET changes nothing; of anything else only its author can say so. */
function mayRunAgain({ method, retry }: Cell['way']): boolean {
  return retry === undefined ? method === 'GET' : retry === 'once';
}

/** What is sent outside `fetch` and `run` is not counted, so a handler that may run twice must place no order by it. */
export function placesOrder({ calls, way }: Cell): boolean {
  return calls.startsWith('fetch') || (calls === 'own client' && !mayRunAgain(way));
}

/** What docs/retries.md promises for a cell. */
export function promised(cell: Cell): Outcome {
  const { calls, moment, way, kind } = cell;
  const always = moment === 'again and again';
  const never = moment === 'never';
  const refusedFirst = always || moment === 'before the first call';
  const begun = moment === 'after output began';

  // `fetch` repeats the one request that was refused, once.
  const repeatsRequest = refusedFirst ? calls.startsWith('fetch') : calls === 'fetch';
  // The session of @CurrentSession() stays the one of this run: dead, whatever fetch got meanwhile.
  const fails = always || calls !== 'fetch';
  // Only the innermost repeats; and a handler does not once fetch got something through, or output began.
  const runsAgain = fails && !never && !calls.startsWith('fetch') && !begun && mayRunAgain(way);
  const succeeds = !fails || (runsAgain && !always);

  const runs = runsAgain ? 2 : 1;
  const first = refusedFirst && repeatsRequest ? 2 : runs;
  // Reached by the run whose first call got through.
  const secondAfterRefusal = !always && (repeatsRequest || runsAgain) ? 1 : 0;
  const second = refusedFirst ? secondAfterRefusal : repeatsRequest ? 2 : runs;
  const accepted = always || (refusedFirst && !repeatsRequest) ? 0 : 1;
  // What Nest reads from a stream after the handler has returned it, no interceptor sees.
  const unseen = kind.style === 'StreamableFile' && begun && fails;
  return {
    runs,
    sent: calls === 'none' ? [0, 0] : [first, second],
    orders: placesOrder(cell) ? accepted : undefined,
    logins: unseen || never ? 0 : 1,
    saw: seen(cell, succeeds),
  };
}

/** Success and failure as each kind of handler shows them. */
function seen(cell: Cell, succeeds: boolean): string[] {
  const { transport, way, moment, kind } = cell;
  if (way.method === 'event') return [];
  const { style } = kind;
  const begun = moment === 'after output began';
  const end = succeeds ? 'done' : returnsRejection(kind) ? 'refusal' : 'error';
  if (!isHttp(transport)) return begun ? ['part', end] : [end];
  const success = way.method === 'POST' ? '201' : '200';
  if (end === 'error') {
    if (begun && style === 'raw response') return [success, 'part'];
    if (begun && style === 'StreamableFile') return [success, 'part', 'broken off'];
    // Of an Observable HTTP shows the last value alone; the headers of events are sent before the first.
    if (style !== 'events') return ['500', 'error'];
  }
  return [success, ...(begun && style !== 'Observable' ? ['part'] : []), end];
}
