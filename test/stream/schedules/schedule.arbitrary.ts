import * as fc from 'fast-check';
import type { StreamErrorCode, StreamField } from 'nestjs-betfair-session/stream';

/** What happens to the streams, in a schedule. */
export type Disturbance =
  | {
      readonly step:
        'cut' | 'silence' | 'garble' | 'endSessions' | 'late' | 'cancel' | 'resubscribe';
    }
  /** The session is refused although it lives: to a call of this application, or of another on the same store. */
  | { readonly step: 'refuseCall'; readonly isOther: boolean }
  /** The next authentications or subscriptions are refused, and connections are cut so that there are some. */
  | {
      readonly step: 'refuse';
      readonly code: StreamErrorCode;
      readonly times: number;
      readonly op: 'authentication' | 'subscription';
    }
  /** The next message holds up the whole process: on the clock, and in truth. */
  | { readonly step: 'block'; readonly ms: number; readonly realMs: number }
  /** The process is held up, or the clock of this machine is set. */
  | { readonly step: 'jump' | 'setWallBack'; readonly ms: number }
  | {
      readonly step: 'place';
      readonly market: number;
      readonly side: 'BACK' | 'LAY';
      readonly depth: number;
      readonly size: number;
    }
  /** The network carries nothing to the client, or the next connections fail after so many bytes. */
  | { readonly step: 'hold' }
  | { readonly step: 'failAfter'; readonly bytes: readonly number[] };

interface Step {
  readonly disturbance: Disturbance;
  /** Milliseconds that pass then. */
  readonly ms: number;
}

export interface Schedule {
  readonly kinds: readonly ('market' | 'order')[];
  readonly markets: number;
  readonly fields: readonly StreamField[];
  readonly ladderLevels: number;
  readonly segmentationEnabled: boolean;
  readonly conflateMs: number;
  readonly heartbeatMs: number;
  readonly steps: readonly Step[];
}

/**
 * Markets that schedules follow: more than go into a segment. With the last ones, which have many runners, an image does
 * not fit into two packets.
 */
export const MARKETS = [
  '1.234567890',
  '1.234567892',
  '1.234567894',
  '1.900000001',
  '1.900000002',
  '1.234567990',
  '1.234567991',
  '1.234567992',
  '1.234567993',
  '1.234567994',
  '1.234567995',
] as const;
/** Those on which they trade, all with the same runners. */
const TRADED = 5;

const CODES: readonly StreamErrorCode[] = [
  'NO_APP_KEY',
  'INVALID_APP_KEY',
  'NO_SESSION',
  'INVALID_SESSION_INFORMATION',
  'NOT_AUTHORIZED',
  'INVALID_INPUT',
  'INVALID_CLOCK',
  'UNEXPECTED_ERROR',
  'TIMEOUT',
  'SUBSCRIPTION_LIMIT_EXCEEDED',
  'INVALID_REQUEST',
  'CONNECTION_FAILED',
  'MAX_CONNECTION_LIMIT_EXCEEDED',
  'TOO_MANY_REQUESTS',
];
const HOUR_MS = 3_600_000;

function of<const T extends string>(...names: readonly T[]) {
  return fc.record({ step: fc.constantFrom(...names) });
}

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 6, arbitrary: of('cut', 'cut', 'garble', 'silence') },
  { weight: 2, arbitrary: of('endSessions') },
  { weight: 2, arbitrary: of('cancel', 'late', 'resubscribe') },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('refuseCall'), isOther: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      step: fc.constant('refuse'),
      code: fc.constantFrom<StreamErrorCode>(...CODES),
      times: fc.integer({ min: 1, max: 3 }),
      op: fc.constantFrom('authentication', 'subscription'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('block'),
      ms: fc.constantFrom(0, 700, 6_000, 13_000),
      realMs: fc.constantFrom(0, 2),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ step: fc.constant('jump'), ms: fc.integer({ min: 1, max: 60_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      step: fc.constant('setWallBack'),
      ms: fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('place'),
      market: fc.nat(TRADED - 1),
      side: fc.constantFrom('BACK', 'LAY'),
      depth: fc.nat(4),
      size: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 1, arbitrary: of('hold') },
  {
    weight: 2,
    arbitrary: fc.record({
      step: fc.constant('failAfter'),
      bytes: fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 3 }),
    }),
  },
);

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  kinds: fc.constantFrom(['market'], ['order'], ['market', 'order']),
  markets: fc.constantFrom(1, 1, 1, 2, 2, 2, TRADED, TRADED, MARKETS.length),
  fields: fc.subarray<StreamField>(
    ['EX_BEST_OFFERS', 'EX_ALL_OFFERS', 'EX_TRADED', 'EX_TRADED_VOL', 'EX_LTP', 'EX_MARKET_DEF'],
    { minLength: 1 },
  ),
  ladderLevels: fc.integer({ min: 1, max: 10 }),
  segmentationEnabled: fc.boolean(),
  conflateMs: fc.constantFrom(0, 0, 500, 1_300, 7_000),
  heartbeatMs: fc.constantFrom(500, 1_000, 5_000),
  steps: fc.array(
    fc.record({ disturbance, ms: fc.constantFrom(0, 0, 1, 300, 700, 1_200, 4_000) }),
    { minLength: 1, maxLength: 6 },
  ),
});
