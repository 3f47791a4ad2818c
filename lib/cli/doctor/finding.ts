import type { UsableAccount } from '../account/read.account.js';

/** Result of a check. */
export interface Finding {
  /** `skip`: it could not be checked, or nobody asked for it. */
  readonly state: 'ok' | 'warn' | 'fail' | 'skip';
  /** Facts, and what to do about them. */
  readonly text: string;
}

/** A step of the doctor that looks at an account. */
export interface Step {
  readonly name: string;
  /** Names of the earlier steps without which this one cannot be done. */
  readonly needs: readonly string[];
  /** @throws BetfairSessionError counts as a failure with its message */
  check(account: UsableAccount): Promise<readonly Finding[]>;
}

export const ok = (text: string): Finding => ({ state: 'ok', text });
export const warn = (text: string): Finding => ({ state: 'warn', text });
export const fail = (text: string): Finding => ({ state: 'fail', text });
export const skip = (text: string): Finding => ({ state: 'skip', text });
