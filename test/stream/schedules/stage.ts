import type { SessionService } from 'nestjs-betfair-session';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import type { RecordingLogger } from '../../support/application.js';
import { closeAccounts, createAccount, type TestAccount } from '../../support/account.js';
import { VirtualClock } from '../../support/virtual.clock.js';
import { SlowPipe } from './slow.pipe.js';

/** Real milliseconds to wait for a request before time passes over it: none hangs here. */
const PATIENCE_MS = 20_000;

/** An application that follows the stream of a simulator, on one clock; played on by one schedule after another. */
export interface Stage {
  readonly clock: VirtualClock;
  /** The time of the simulator, which no setting of the application's clock moves. */
  readonly wall: () => number;
  readonly account: TestAccount;
  readonly simulator: BetfairSimulator;
  readonly sessions: SessionService;
  /** The service of another application with the same account and store. */
  readonly other: SessionService;
  readonly streams: {
    readonly direct: BetfairStream;
    /** Behind {@link pipe}. */
    readonly piped: BetfairStream;
  };
  readonly pipe: SlowPipe;
  readonly loggers: readonly RecordingLogger[];
  /** Asserts every invariant. */
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const clock = new VirtualClock(PATIENCE_MS);
  // In whole milliseconds, as timers of Node: what falls due in one millisecond then has one time.
  const { timer, deadline } = clock;
  clock.timer = (callback, ms) => timer(callback, Math.ceil(ms));
  clock.deadline = (callback, ms) => deadline(callback, Math.ceil(ms));
  const wall = () => Date.UTC(2026, 0, 1) + clock.monotonic();
  const account = await createAccount({
    clock: { wall, timer: clock.timer },
    limits: { weight: Infinity },
  });
  // A login with a certificate makes a TLS context of its own, which takes as long as a schedule.
  const options = { login: 'interactive', certificate: undefined } as const;
  const { sessions, logger } = await account.start(options, clock);
  const other = await account.start(options, clock);
  const { simulator } = account;
  const pipe = await SlowPipe.start(simulator.stream.port);
  return {
    clock,
    wall,
    account,
    simulator,
    sessions,
    other: other.sessions,
    pipe,
    streams: {
      direct: new BetfairStream(sessions),
      piped: new BetfairStream(sessions, { port: pipe.port }),
    },
    loggers: [logger, other.logger],
    async close() {
      await pipe.stop();
      await closeAccounts();
    },
  };
}
