import { reasonOf } from '../../common/abort-listener.js';
import type { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import { BetfairIdentityUnavailableError } from '../../errors/index.js';
import { wordlessCause } from '../../errors/safe-cause.js';

/** Function that the user gave for an option. */
export interface OptionFunction<T> {
  readonly option: string;
  readonly call: () => T | Promise<T>;
  /** Milliseconds within which it must answer. */
  readonly timeout: number;
}

/**
 * Calls the user's function for the value of an option.
 *
 * @throws BetfairIdentityUnavailableError it failed or gave no answer in time; a later call may succeed
 */
export async function callOptionFunction<T>(
  { option, call, timeout }: OptionFunction<T>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<T> {
  const late = new BetfairIdentityUnavailableError(
    `The function of the option "${option}" gave no answer within ${timeout} ms.`,
  );
  try {
    return await withDeadline(
      clock,
      timeout,
      async () => call(),
      () => late,
      signal,
    );
  } catch (error) {
    if (signal?.aborted) throw reasonOf(signal);
    // Compared by identity: the function may throw an error of the same class that quotes the secret.
    if (error === late) throw late;
    // The original error of a secret manager may quote the secret.
    throw new BetfairIdentityUnavailableError(`The function of the option "${option}" failed.`, {
      cause: wordlessCause(error),
    });
  }
}
