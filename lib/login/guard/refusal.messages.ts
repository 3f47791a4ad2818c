import { BetfairLoginRejectedError } from '../../errors/index.js';
import { classifyLoginCode } from '../../identity/login-codes.js';

export const BANNED =
  'Betfair has banned this account from logging in for 20 minutes, because of too many logins (TEMPORARY_BAN_TOO_MANY_REQUESTS). Existing sessions stay valid.';
export const BUDGET_SPENT =
  'The login budget is spent, because sessions end sooner than they should. Find out what ends or rejects them, such as a logout elsewhere or a changing outgoing IP address.';
export const LOST_LOGINS =
  'The last logins got no answer, or a shutdown ended them first, so Betfair may have counted them as wrong passwords. Until a login is answered, the next one waits up to 3 minutes; unblockLogin() ends the wait.';
export const STALE_CODE =
  'Betfair refused the two-factor code (STRONG_CODE_FAIL): it was wrong or no longer valid. Check that twoFactorCode returns the current code and that the clock is right. The next login asks for a new code; after three refused codes in a row, no login is made until unblockLogin() is called.';

/**
 * Names the call that lifts a refusal.
 *
 * @param deletion stored objects whose deletion has the same effect; `undefined`: nothing is stored
 */
function liftedBy(deletion: string | undefined): string {
  return deletion === undefined
    ? 'unblockLogin()'
    : `unblockLogin() (or delete ${deletion} from the store)`;
}

/** Error of refused credentials, until they change or a person lifts the refusal. */
export function rejection(code: string, deletion: string | undefined): BetfairLoginRejectedError {
  const { kind, action } = classifyLoginCode(code);
  return new BetfairLoginRejectedError(
    code,
    kind === 'credentials'
      ? `${action} New credentials are tried at once. To try the same ones again, call ${liftedBy(deletion)}.`
      : `${action} When this is settled, call ${liftedBy(deletion)}; the same credentials are not sent again before that.`,
  );
}

/** Error of several different credentials refused in a row: the next ones are probably wrong, too. */
export function rejectionInARow(
  code: string,
  times: number,
  deletion: string | undefined,
): BetfairLoginRejectedError {
  return new BetfairLoginRejectedError(
    code,
    `It has refused ${times} different credentials in a row, and each wrong password brings the account closer to a lock. Make sure that the present credentials are correct (a password function must return the password and nothing else), then call ${liftedBy(deletion)} to have them tried.`,
  );
}

/** Error of a refused location, which applies to this host for a while. */
export function refusedHere(code: string, until: Date): BetfairLoginRejectedError {
  const { action } = classifyLoginCode(code);
  return new BetfairLoginRejectedError(
    code,
    `${action} This host does not try again before ${until.toISOString()} unless you call unblockLogin().`,
  );
}
