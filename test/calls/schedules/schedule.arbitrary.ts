import * as fc from 'fast-check';

/** What a business request asks for; orders are what must not be doubled. */
export type Kind = 'order' | 'read';

/** One request to the API, of one operation or, as a JSON-RPC batch, of several. */
export interface CallStep {
  readonly step: 'call';
  readonly kinds: readonly Kind[];
  /**
   * `fetch` and `run` are the tracked ways. `own` is a client of the application's own with `getSession()`; `held` the
   * same with the session that the layer around was given; `ownInRun` is `own` as the one request of a `run`.
   */
  readonly by: 'fetch' | 'stream' | 'run' | 'ownInRun' | 'own' | 'held';
  /** How the answer is had: parsed, as an unread `Response`, or by REST, where a refusal is thrown. */
  readonly as: 'body' | 'response' | 'rest';
}

export interface SeriesStep {
  readonly step: 'sequence' | 'concurrent';
  readonly steps: readonly Step[];
  /** Whether the application goes on after a step that failed, when the pause before the next login is over. */
  readonly tolerant: boolean;
}

export interface RunStep {
  readonly step: 'run';
  readonly inside: Step;
}

export interface HandlerStep {
  readonly step: 'handler';
  /** Names of routes: GET and POST as they are, POST with `retry: 'once'`, GET with `retry: 'never'`. */
  readonly route: 'get' | 'post' | 'once' | 'never';
  readonly inside: Step;
}

/** What happens to sessions and logins: some of it by Betfair, some by the application or its operator. */
export interface EventStep {
  readonly step: 'sessionsEnd' | 'refresh' | 'loginOutage' | 'unblockLogin' | 'answerLost';
}

export type Step = CallStep | SeriesStep | RunStep | HandlerStep | EventStep;

/**
 * What becomes of a call that arrives with a live session: `'last'` is accepted and then all sessions end; with
 * `'refusedInOutage'` the next login fails as well.
 */
export type Verdict = 'accepted' | 'last' | 'refused' | 'refusedInOutage';

export interface Schedule {
  readonly steps: readonly Step[];
  /** Of the calls as they arrive; those that come after are accepted. */
  readonly verdicts: readonly Verdict[];
}

const TRACKED = ['fetch', 'stream', 'run', 'ownInRun'] as const;
const UNTRACKED = ['own', 'held'] as const;

/**
 * Whether the layer around may be run a second time. What is out of the generated space then, because it would double
 * orders by documented design:
 *
 * - an order by a client of one's own in a handler that runs again, or beside another request in a `run`: nobody knows
 *   that it got through. README: "put one request in it", and say `retry: 'once'` "only where running it twice does no
 *   harm"
 * - work that goes on after its handler has failed (`Promise.all`): nobody knows that it will place an order
 */
type Around = 'single' | 'repeatable';

function call(around: Around): fc.Arbitrary<CallStep> {
  const any = fc.constantFrom<Kind>('order', 'read');
  const kinds = fc.oneof(
    { arbitrary: fc.tuple(any), weight: 5 },
    { arbitrary: fc.array(any, { minLength: 2, maxLength: 3 }), weight: 1 },
  );
  const as = fc.constantFrom('body', 'response', 'rest');
  const ways = fc.constantFrom(...TRACKED, ...UNTRACKED);
  return fc.record({ step: fc.constant('call'), kinds, by: ways, as }).map((request) => {
    const hasOrder = request.kinds.includes('order');
    const isUntracked = request.by === 'own' || request.by === 'held';
    return isUntracked && hasOrder && around === 'repeatable'
      ? { ...request, by: 'ownInRun' }
      : request;
  });
}

const event: fc.Arbitrary<EventStep> = fc.record({
  step: fc.constantFrom<EventStep['step']>(
    'sessionsEnd',
    'sessionsEnd',
    'refresh',
    'loginOutage',
    'unblockLogin',
    'answerLost',
  ),
});

function series(around: Around, depth: number): fc.Arbitrary<SeriesStep> {
  return fc
    .record({
      step: fc.constantFrom('sequence', 'concurrent'),
      steps: fc.array(step(around, depth - 1), { minLength: 1, maxLength: 3 }),
      tolerant: fc.boolean(),
    })
    .map((one) =>
      one.step === 'concurrent' && around === 'repeatable' ? { ...one, tolerant: true } : one,
    );
}

function run(depth: number): fc.Arbitrary<RunStep> {
  return fc.record({ step: fc.constant('run'), inside: step('repeatable', depth - 1) });
}

function handler(depth: number): fc.Arbitrary<HandlerStep> {
  return fc.constantFrom('get', 'post', 'once', 'never').chain((route) => {
    const around = route === 'get' || route === 'once' ? 'repeatable' : 'single';
    return fc.record({
      step: fc.constant('handler'),
      route: fc.constant(route),
      inside: step(around, depth - 1),
    });
  });
}

function step(around: Around, depth: number): fc.Arbitrary<Step> {
  if (depth <= 0) return fc.oneof({ arbitrary: call(around), weight: 5 }, event);
  return fc.oneof(
    { arbitrary: call(around), weight: 5 },
    { arbitrary: event, weight: 2 },
    { arbitrary: series(around, depth), weight: 3 },
    { arbitrary: run(depth), weight: 1 },
  );
}

/** Two to six steps that happen one after the other, each of which may be several at once. */
export const schedule: fc.Arbitrary<Schedule> = fc.record({
  steps: fc.array(
    fc.oneof(
      { arbitrary: step('single', 2), weight: 3 },
      { arbitrary: handler(3), weight: 2 },
      {
        arbitrary: fc.record({
          step: fc.constant('concurrent'),
          steps: fc.array(fc.oneof(step('single', 1), handler(2)), { minLength: 2, maxLength: 3 }),
          tolerant: fc.boolean(),
        }),
        weight: 1,
      },
    ),
    { minLength: 2, maxLength: 6 },
  ),
  verdicts: fc.array(
    fc.oneof(
      { arbitrary: fc.constant<Verdict>('accepted'), weight: 3 },
      { arbitrary: fc.constantFrom<Verdict>('last', 'refusedInOutage'), weight: 2 },
      { arbitrary: fc.constant<Verdict>('refused'), weight: 2 },
    ),
    { maxLength: 16 },
  ),
});
