import { BetfairLoginRejectedError } from '../../errors/index.js';
import { classifyLoginCode } from '../../identity/login-codes.js';

export const BANNED =
  'Betfair has banned this account from logging in for 20 minutes (TEMPORARY_BAN_TOO_MANY_REQUESTS); sessions that exist stay valid.';
export const BUDGET_SPENT =
  'The login budget is spent: sessions end sooner than they should. Look for what ends or rejects them (a logout elsewhere, a changing egress address).';
export const LOST_LOGINS =
  'The last logins got no answer, or were ended by a shutdown before it came, so nobody knows if Betfair counted them as wrong passwords. Until one is answered, the next is tried after up to 3 minutes; unblockLogin() ends the wait.';
export const STALE_CODE =
  'Betfair refused the two-factor code (STRONG_CODE_FAIL): it was wrong or no longer valid. Check that twoFactorCode returns the code of the moment and that the clock is right; a new one is asked for at the next attempt, and three that are refused in a row need unblockLogin().';

/**
 * Tells how a person lifts a refusal.
 *
 * @param deletion names the stored objects whose deletion does the same; `undefined`: nothing is stored
 */
function liftedBy(deletion: string | undefined): string {
  return deletion === undefined
    ? 'unblockLogin()'
    : `unblockLogin(), or delete ${deletion} from the store,`;
}

/** A refusal that binds the credentials until they change, or a person lifts it. What helps comes first. */
export function rejection(code: string, deletion: string | undefined): BetfairLoginRejectedError {
  const { kind, action } = classifyLoginCode(code);
  return new BetfairLoginRejectedError(
    code,
    kind === 'credentials'
      ? `${action} New credentials lift this at once; to try the same ones again, call ${liftedBy(deletion)} first.`
      : `Call ${liftedBy(deletion)} once this is done, since the same credentials are not sent again before: ${action}`,
  );
}

/** Betfair refused different credentials one after the other, so the next ones are probably wrong, too. */
export function rejectionInARow(
  code: string,
  times: number,
  deletion: string | undefined,
): BetfairLoginRejectedError {
  return new BetfairLoginRejectedError(
    code,
    `It has refused ${times} different credentials in a row, and each wrong password brings the account nearer to a lock. Make sure that a login with the present ones would succeed (if password is a function: that it returns the password and nothing else), then call ${liftedBy(deletion)} to let it be tried.`,
  );
}

/** A refusal that binds the host for a while. */
export function refusedHere(code: string, until: Date): BetfairLoginRejectedError {
  const { action } = classifyLoginCode(code);
  return new BetfairLoginRejectedError(
    code,
    `${action} This host does not try again before ${until.toISOString()}, unless you call unblockLogin().`,
  );
}
