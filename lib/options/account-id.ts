import { createHash } from 'node:crypto';
import type { Jurisdiction } from '../identity/jurisdiction.endpoints.js';

interface Account {
  readonly jurisdiction: Jurisdiction;
  readonly username: string;
}

/** Returns the default `sessionKey` of an account, which no other account may have. */
export function defaultSessionKey(account: Account): string {
  return `session-${accountIdOf(account)}.token`;
}

/** Returns a hash that identifies an account without revealing the user name. */
export function accountIdOf({ jurisdiction, username }: Account): string {
  return createHash('sha256').update(`${jurisdiction}\n${username}`).digest('hex').slice(0, 16);
}
