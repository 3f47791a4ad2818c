import { BetfairLoginRejectedError } from '../errors/index.js';
import { classifyLoginCode } from '../identity/login-codes.js';

export const BANNED =
  'Betfair has banned this account from logging in for 20 minutes (TEMPORARY_BAN_TOO_MANY_REQUESTS); sessions that exist stay valid.';
export const BUDGET_SPENT =
  'The login budget is spent: sessions end sooner than they should. Look for what ends or rejects them (a logout elsewhere, a changing egress address).';
export const STALE_CODE =
  'Betfair refused the two-factor code (STRONG_CODE_FAIL): it was wrong or no longer valid. Check that twoFactorCode returns the code of the moment and that the clock is right; a new one is asked for at the next attempt, and three that are refused in a row need unblockLogin().';

/** A refusal that binds the credentials until they change, or a person lifts it. What helps comes first. */
export function rejection(code: string, recordName: string): BetfairLoginRejectedError {
  const { kind, action } = classifyLoginCode(code);
  return new BetfairLoginRejectedError(
    code,
    kind === 'credentials'
      ? `${action} New credentials lift this at once; with the same ones, unblockLogin() or deleting "${recordName}" from the store does.`
      : `Call unblockLogin(), or delete "${recordName}" from the store, once this is done, since nothing else lifts it: ${action}`,
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
