import { BetfairConfigurationError } from '../../errors/index.js';
import { MAX_WEIGHT } from './market/data.weight.js';

/** Limits of Betfair that a simulator keeps. */
export interface SimulatorLimits {
  /** Authenticated connections to the Stream API that an account may have at a time. @default 10 */
  readonly connections?: number | undefined;
  /**
   * Ends a session when it is used from an IP address other than that of its login, as one user reported of
   * Betfair. The address is that of the TCP connection; headers such as `X-Forwarded-For` and `X-IP` do not count.
   *
   * @default false
   */
  readonly boundToAddress?: boolean | undefined;
  /** Weight that one request for market data may have, by Betfair's table; `TOO_MUCH_DATA` beyond it. @default 200 */
  readonly weight?: number | undefined;
  /** Markets that one subscription of the Stream API may have; `SUBSCRIPTION_LIMIT_EXCEEDED` beyond it. @default 200 */
  readonly markets?: number | undefined;
}

export type ResolvedLimits = ReturnType<typeof resolveLimits>;

/** Betfair's own, unless it agreed to more. */
const CONNECTIONS = 10;
const MARKETS = 200;

/** Fills in the limits that were left out. */
export function resolveLimits({
  connections = CONNECTIONS,
  boundToAddress = false,
  weight = MAX_WEIGHT,
  markets = MARKETS,
}: SimulatorLimits) {
  for (const [name, limit] of Object.entries({ connections, weight, markets })) {
    if ((Number.isInteger(limit) || limit === Infinity) && limit >= 0) continue;
    throw new BetfairConfigurationError(
      `limits.${name} of the simulator is ${limit}. Give it a whole number, 0 or more, or Infinity.`,
    );
  }
  return { connections, boundToAddress, weight, markets };
}
