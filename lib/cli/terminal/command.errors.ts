/** A command cannot do its work; the message says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** A command was called in a way that it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param faults - everything that is wrong with the call, each with its fix */
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
