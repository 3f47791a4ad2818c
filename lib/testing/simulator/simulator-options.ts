import type { SimulatedAccountOptions } from './accounts/simulated-account.js';
import type { ServerCertificate } from './http/certificates.js';
import type { SimulatorLimits } from './limits.js';

/** Options of `BetfairSimulator.start()`. */
export interface BetfairSimulatorOptions {
  /**
   * The accounts that Betfair knows.
   *
   * @default one account with credentials that only a client that URL-encodes gets across
   */
  readonly accounts?: readonly SimulatedAccountOptions[] | undefined;
  /** Tells when sessions, bans and duplicates expire, and moves prices. @default the clock of the machine */
  readonly clock?:
    | {
        /** Milliseconds since the Unix epoch. */
        wall(): number;
        /**
         * Calls back after `ms` milliseconds, unless it is cancelled: when the Stream API looks for changes, sends
         * heartbeats and closes idle connections. @default timers of the machine
         */
        timer?(
          callback: () => void,
          ms: number,
        ): {
          /** Takes the timer off the clock. */
          cancel(): void;
        };
      }
    | undefined;
  /** Decides names and prices of the markets; they are the same again for the same seed. @default 1 */
  readonly seed?: number | undefined;
  /** Limits that Betfair sets its customers. */
  readonly limits?: SimulatorLimits | undefined;
  /**
   * Port of the API, login, keepAlive and logout. Certificate login listens on the next one, the Stream API on the one
   * after that.
   *
   * @default three free ports
   */
  readonly port?: number | undefined;
  /** Certificate of the servers, for 127.0.0.1, and of its authority. @default one made for the process */
  readonly server?: ServerCertificate | undefined;
}
