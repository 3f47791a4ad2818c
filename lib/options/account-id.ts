import { createHash } from 'node:crypto';
import type { Jurisdiction } from '../identity/jurisdiction.endpoints.js';

interface Account {
  readonly jurisdiction: Jurisdiction;
  readonly username: string;
}

/** The `sessionKey` that an account has if none is chosen; no other account may have it. */
export function defaultSessionKey(account: Account): string {
  return `session-${accountIdOf(account)}.token`;
}

/** Tells accounts apart without giving the user name away. */
export function accountIdOf({ jurisdiction, username }: Account): string {
  return createHash('sha256').update(`${jurisdiction}\n${username}`).digest('hex').slice(0, 16);
}
