import { BetfairConfigurationError } from '../../errors/index.js';
import { MAX_WEIGHT } from './market/data.weight.js';

/** Limits of Betfair that a simulator applies. */
export interface SimulatorLimits {
  /** Number of authenticated connections to the Stream API that an account may have at once. @default 10 */
  readonly connections?: number | undefined;
  /**
   * Ends a session if it is used from another IP address than its login, as one user reported of Betfair. The address
   * is that of the TCP connection; headers such as `X-Forwarded-For` and `X-IP` do not count.
   *
   * @default false
   */
  readonly boundToAddress?: boolean | undefined;
  /** Highest weight of one request for market data; above it, `TOO_MUCH_DATA`. @default 200 */
  readonly weight?: number | undefined;
  /** Most markets of one stream subscription; above it, `SUBSCRIPTION_LIMIT_EXCEEDED`. @default 200 */
  readonly markets?: number | undefined;
}

export type ResolvedLimits = ReturnType<typeof resolveLimits>;

/** Betfair's limits, unless it agreed to more. */
const MAX_CONNECTIONS = 10;
const MAX_MARKETS = 200;

/** Fills in the limits that were left out. */
export function resolveLimits({
  connections = MAX_CONNECTIONS,
  boundToAddress = false,
  weight = MAX_WEIGHT,
  markets = MAX_MARKETS,
}: SimulatorLimits) {
  for (const [name, limit] of Object.entries({ connections, weight, markets })) {
    if ((Number.isInteger(limit) || limit === Infinity) && limit >= 0) continue;
    throw new BetfairConfigurationError(
      `limits.${name} of the simulator is ${limit}. It must be a whole number, 0 or more, or Infinity.`,
    );
  }
  return { connections, boundToAddress, weight, markets };
}
