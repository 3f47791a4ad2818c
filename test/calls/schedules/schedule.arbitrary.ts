import * as fc from 'fast-check';

/** What a business request asks for; orders are what must not be doubled. */
export type Kind = 'order' | 'read';

/** One request to the API, of one operation or, as a JSON-RPC batch, of several. */
export interface CallStep {
  readonly step: 'call';
  readonly kinds: readonly Kind[];
  /**
   * `fetch` and `run` are the tracked ways. `own` is a client of the application's own with `getSession()`; `held` the
   * same with the session that the layer around was given; `ownInRun` is `own` as the one request of a `run`. `lost` and
   * `foreign` are `fetch` through a queue that has no context, or that of whoever put the first job into it; `italy` is
   * `fetch` of a second account, and `ownItaly` a client with that one's session.
   */
  readonly by:
    | 'fetch'
    | 'stream'
    | 'run'
    | 'ownInRun'
    | 'own'
    | 'held'
    | 'lost'
    | 'foreign'
    | 'italy'
    | 'ownItaly';
  /** How the answer is had: parsed, as an unread `Response`, or by REST, where a refusal is thrown. */
  readonly as: 'body' | 'response' | 'rest';
}

export interface SeriesStep {
  readonly step: 'sequence' | 'concurrent';
  readonly steps: readonly Step[];
  /** Whether the application waits for all, or goes on after a step that failed once logins are possible again. */
  readonly tolerant: boolean;
}

interface RunStep {
  readonly step: 'run';
  readonly inside: Step;
}

export interface HandlerStep {
  readonly step: 'handler';
  /** Names of routes: GET and POST as they are, POST with `retry: 'once'`, GET with `retry: 'never'`. */
  readonly route: 'get' | 'post' | 'once' | 'never';
  readonly inside: Step;
}

/** An outcome that only looks like a refusal: user input, a cache, a log. */
export interface EchoStep {
  readonly step: 'echo';
  readonly as: 'thrown' | 'returned';
}

/** Work that nobody waits for, begun after a moment. */
export interface LaterStep {
  readonly step: 'later';
  readonly delayMs: number;
  readonly call: CallStep;
}

/** What happens to sessions and logins: some of it by Betfair, some by the application or its operator. */
export interface EventStep {
  readonly step:
    'sessionsEnd' | 'italyEnds' | 'refresh' | 'loginOutage' | 'unblockLogin' | 'answerLost';
}

export type Step = CallStep | SeriesStep | RunStep | HandlerStep | EventStep | EchoStep | LaterStep;

/**
 * What becomes of a call that arrives with a live session: `'last'` is accepted and then all sessions end; with
 * `'refusedInOutage'` the next login fails as well.
 */
export type Verdict = 'accepted' | 'last' | 'refused' | 'refusedInOutage';

export interface Schedule {
  readonly steps: readonly Step[];
  /** Whether a loop reads all the time, outside every handler. */
  readonly readsInBackground: boolean;
  /** Of the calls as they arrive; those that come after are accepted. */
  readonly verdicts: readonly Verdict[];
}

const TRACKED = ['fetch', 'stream', 'run', 'ownInRun', 'italy'] as const;
const QUEUED = ['lost', 'foreign'] as const;
const UNTRACKED = ['own', 'held', 'ownItaly'] as const;

/**
 * What surrounds a step: nothing that repeats it, a handler that may run a second time, or a function given to `run`.
 * What is out of the generated space there, because it would double orders by documented design:
 *
 * - an order by a client of one's own in a handler that runs again, or beside another request in a `run`: nobody knows
 *   that it got through. README: "put one request in it", and say `retry: 'once'` "only where running it twice does no
 *   harm"
 * - work that goes on after the function given to `run` has failed (`Promise.all`)
 * - an order that comes through a queue after its handler has failed (`leaving`)
 */
type Around = 'single' | 'handler' | 'leaving' | 'run';

function call(around: Around): fc.Arbitrary<CallStep> {
  const any = fc.constantFrom<Kind>('order', 'read');
  const kinds = fc.oneof(
    { arbitrary: fc.tuple(any), weight: 5 },
    { arbitrary: fc.array(any, { minLength: 2, maxLength: 3 }), weight: 1 },
  );
  const as = fc.constantFrom('body', 'response', 'rest');
  const isLeaving = around === 'leaving' || around === 'run';
  const ways = fc.constantFrom(...TRACKED, ...UNTRACKED, ...(isLeaving ? [] : QUEUED));
  return fc.record({ step: fc.constant('call'), kinds, by: ways, as }).map((request) => {
    const hasOrder = request.kinds.includes('order');
    const isUntracked = UNTRACKED.some((way) => way === request.by);
    return isUntracked && hasOrder && around !== 'single'
      ? { ...request, by: 'ownInRun' }
      : request;
  });
}

const echo: fc.Arbitrary<EchoStep> = fc.record({
  step: fc.constant('echo'),
  as: fc.constantFrom('thrown', 'returned'),
});

function later(around: Around): fc.Arbitrary<LaterStep> {
  const left = around === 'handler' ? 'leaving' : around;
  return fc.record({
    step: fc.constant('later'),
    // Before, while and after the handler that began it runs a second time.
    delayMs: fc.constantFrom(1, 5, 10, 20),
    call: call(left),
  });
}

const event: fc.Arbitrary<EventStep> = fc.record({
  step: fc.constantFrom<EventStep['step']>(
    'sessionsEnd',
    'sessionsEnd',
    'italyEnds',
    'refresh',
    'loginOutage',
    'unblockLogin',
    'answerLost',
  ),
});

function series(around: Around, depth: number): fc.Arbitrary<SeriesStep> {
  const kinds = fc.record({
    step: fc.constantFrom<SeriesStep['step']>('sequence', 'concurrent'),
    tolerant: fc.boolean(),
  });
  return kinds.chain(({ step: kind, tolerant: chosen }) => {
    const tolerant = chosen || (kind === 'concurrent' && around === 'run');
    // What `Promise.all` began goes on after the handler has failed.
    const isLeft = kind === 'concurrent' && !tolerant && around === 'handler';
    const inside = step(isLeft ? 'leaving' : around, depth - 1);
    return fc.record({
      step: fc.constant(kind),
      steps: fc.array(inside, { minLength: 1, maxLength: 3 }),
      tolerant: fc.constant(tolerant),
    });
  });
}

function run(depth: number): fc.Arbitrary<RunStep> {
  return fc.record({ step: fc.constant('run'), inside: step('run', depth - 1) });
}

/** Work that is done, or still to come, when the session ends and the handler is refused. */
const refusedAfter: fc.Arbitrary<SeriesStep> = fc.record({
  step: fc.constant('sequence'),
  tolerant: fc.constant(false),
  steps: fc.tuple(
    fc.oneof(later('handler'), call('handler')),
    fc.constant<EventStep>({ step: 'sessionsEnd' }),
    fc.record({
      step: fc.constant('call'),
      kinds: fc.constant<Kind[]>(['read']),
      by: fc.constantFrom('own', 'held'),
      as: fc.constantFrom('body', 'rest'),
    }),
  ),
});

function handler(depth: number): fc.Arbitrary<HandlerStep> {
  return fc.constantFrom('get', 'post', 'once', 'never').chain((route) => {
    const around = route === 'get' || route === 'once' ? 'handler' : 'single';
    return fc.record({
      step: fc.constant('handler'),
      route: fc.constant(route),
      inside: fc.oneof(
        { arbitrary: step(around, depth - 1), weight: 6 },
        { arbitrary: refusedAfter, weight: 2 },
      ),
    });
  });
}

function step(around: Around, depth: number): fc.Arbitrary<Step> {
  const simple = [
    { arbitrary: call(around), weight: 5 },
    { arbitrary: event, weight: 1 },
    { arbitrary: echo, weight: 1 },
    ...(around === 'run' ? [] : [{ arbitrary: later(around), weight: 1 }]),
  ];
  if (depth <= 0) return fc.oneof(...simple);
  return fc.oneof(
    ...simple,
    { arbitrary: event, weight: 1 },
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
  readsInBackground: fc.nat(3).map((one) => one === 0),
  verdicts: fc.array(
    fc.oneof(
      { arbitrary: fc.constant<Verdict>('accepted'), weight: 3 },
      { arbitrary: fc.constantFrom<Verdict>('last', 'refusedInOutage'), weight: 2 },
      { arbitrary: fc.constant<Verdict>('refused'), weight: 2 },
    ),
    { maxLength: 16 },
  ),
});
