import { reasonOf } from '../../common/abort-listener.js';
import type { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import { BetfairIdentityUnavailableError } from '../../errors/index.js';
import { wordlessCause } from '../../errors/safe-cause.js';

/** A function that the user gave for an option. */
export interface AskedFunction<T> {
  readonly option: string;
  readonly ask: () => T | Promise<T>;
  /** Longest time for an answer, in milliseconds. */
  readonly timeout: number;
}

/**
 * Asks a function of the user's for the value of an option.
 *
 * @throws BetfairIdentityUnavailableError it failed or gave no answer in time; a later call may succeed
 */
export async function askFunction<T>(
  { option, ask, timeout }: AskedFunction<T>,
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
      async () => ask(),
      () => late,
      signal,
    );
  } catch (error) {
    if (signal?.aborted) throw reasonOf(signal);
    // Not any error of its class: the function may have thrown one that it made itself, with the secret in it.
    if (error === late) throw late;
    // Not attached as it is: the error of a secret manager may quote the secret.
    throw new BetfairIdentityUnavailableError(`The function of the option "${option}" failed.`, {
      cause: wordlessCause(error),
    });
  }
}
