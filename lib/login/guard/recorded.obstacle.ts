import type { Clock } from '../../common/clock.js';
import { BetfairSessionError } from '../../errors/index.js';
import type { LoginFacts } from '../lease/lease.record.js';
import { LoginGuard } from './login.guard.js';

/**
 * Finds the error with which a login with these credentials from this host would be refused now, as far as the record
 * tells.
 *
 * @param deletion - names of the stored objects whose deletion lifts a refusal
 */
export function findRecordedObstacle(
  record: LoginFacts,
  fingerprint: string,
  clock: Clock,
  deletion: string,
): BetfairSessionError | undefined {
  const guard = new LoginGuard(clock, { publish: () => undefined }, deletion);
  guard.learn(record);
  try {
    guard.assertAllowed(fingerprint);
    guard.assertWithinBudget();
    return undefined;
  } catch (error) {
    if (error instanceof BetfairSessionError) return error;
    throw error;
  }
}
