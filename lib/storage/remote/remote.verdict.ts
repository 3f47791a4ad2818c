import type { StorageFailure } from '../../errors/storage.errors.js';

/** A kind of failure, and advice in a sentence or two about what happened and what to do. */
export interface Verdict<Facts> {
  readonly failure: StorageFailure;
  readonly advice: (facts: Facts) => string;
}

function verdictWith(failure: StorageFailure) {
  return <Facts>(advice: string | Verdict<Facts>['advice']): Verdict<Facts> => ({
    failure,
    advice: typeof advice === 'string' ? () => advice : advice,
  });
}

export const denied = verdictWith('denied');
export const misconfigured = verdictWith('misconfigured');
export const unavailable = verdictWith('unavailable');
export const unsupported = verdictWith('unsupported');
