/** Failure of a command. The message says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Wrong arguments of a command. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param faults - every mistake in the arguments, each with its fix */
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
