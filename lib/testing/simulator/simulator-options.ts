import { type Clock, systemClock } from '../../common/clock.js';
import type { SimulatedAccountOptions } from './accounts/simulated-account.js';
import type { ServerCertificate } from './http/certificates.js';
import type { SimulatorLimits } from './limits.js';

/** Options of `BetfairSimulator.start()`. */
export interface BetfairSimulatorOptions {
  /** Accounts at the simulated Betfair. @default one account, whose credentials must be URL-encoded */
  readonly accounts?: readonly SimulatedAccountOptions[] | undefined;
  /** Clock for the end of sessions, bans and duplicates, and for prices. @default the clock of the machine */
  readonly clock?:
    | {
        /** Milliseconds since the Unix epoch. */
        wall(): number;
        /**
         * Calls back after `ms` milliseconds, unless it is cancelled. The Stream API uses it for changes, heartbeats
         * and idle connections. @default timers of the machine
         */
        timer?(
          callback: () => void,
          ms: number,
        ): {
          /** Cancels the timer. */
          cancel(): void;
        };
      }
    | undefined;
  /** Seed for names and prices of the markets: the same seed gives the same ones. @default 1 */
  readonly seed?: number | undefined;
  /** Limits of Betfair for its customers. */
  readonly limits?: SimulatorLimits | undefined;
  /**
   * Port of the API, login, keepAlive and logout. Certificate login uses the next port, the Stream API the one after
   * that.
   *
   * @default three free ports
   */
  readonly port?: number | undefined;
  /** Certificate of the servers for 127.0.0.1, and of its authority. @default one made for the process */
  readonly server?: ServerCertificate | undefined;
}

/** Makes a clock of whole milliseconds, as at Betfair; clocks of the stream are made of them. */
export function wholeMilliseconds(
  clock: NonNullable<BetfairSimulatorOptions['clock']>,
): Pick<Clock, 'wall' | 'timer'> {
  return {
    wall: () => Math.floor(clock.wall()),
    timer: (callback, ms) =>
      clock.timer ? clock.timer(callback, ms) : systemClock.timer(callback, ms),
  };
}
