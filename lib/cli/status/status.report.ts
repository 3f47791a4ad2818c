import { wrapped } from '../terminal/wrapped.js';
import type { AccountStatus } from './account.status.js';

const LABEL_COLUMNS = 9;

/** Writes the status for people. */
export function reportOf({ store, session, login, lease }: AccountStatus): string {
  const where = `${session.key} in ${store ?? 'the store'}`;
  return [
    line('session', session.stored ? `stored: ${where}` : `none is stored: ${where}`),
    line('login', describeLogin(login)),
    line('lease', lease === null ? 'free' : describe(lease)),
  ].join('\n');
}

function describeLogin({ allowed, reason = '' }: AccountStatus['login']): string {
  if (allowed === true) return 'allowed';
  return allowed === null ? `not known. ${reason}` : `blocked. ${reason}`;
}

function describe({ holder, since, seconds }: NonNullable<AccountStatus['lease']>): string {
  const begin = since === null ? '' : ` since ${since}`;
  return `held by a process (${holder})${begin}, for ${seconds} s at most`;
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_COLUMNS)}${wrapped(text, LABEL_COLUMNS)}`;
}
