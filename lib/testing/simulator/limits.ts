import { BetfairConfigurationError } from '../../errors/index.js';

/** Limits of Betfair that a simulator keeps. */
export interface SimulatorLimits {
  /** Authenticated connections to the Stream API that an account may have at a time. @default 10 */
  readonly connections?: number | undefined;
  /**
   * Whether a session ends when it is used from an IP address other than that of its login, as one user reported of
   * Betfair. The address is that of the TCP connection; headers such as `X-Forwarded-For` and `X-IP` do not count.
   *
   * @default false
   */
  readonly boundToAddress?: boolean | undefined;
}

/** Betfair's own, unless it agreed to more. */
const CONNECTIONS = 10;

/** Fills in the limits that were left out. */
export function resolveLimits({
  connections = CONNECTIONS,
  boundToAddress = false,
}: SimulatorLimits) {
  if (!Number.isInteger(connections) || connections < 0) {
    throw new BetfairConfigurationError(
      `limits.connections of the simulator is ${connections}. Give it a whole number, 0 or more.`,
    );
  }
  return { connections, boundToAddress };
}
