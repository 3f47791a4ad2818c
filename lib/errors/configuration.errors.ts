import { BetfairSessionError } from './betfair-session.error.js';

/**
 * The configuration cannot work (`BETFAIR_CONFIGURATION`). Thrown with all faults at once: at start-up, or by the call
 * that got what cannot work.
 */
export class BetfairConfigurationError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairConfigurationError';
  /** Faults, each with its fix, in a sentence or two. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[] | string, options?: ErrorOptions) {
    const list = typeof faults === 'string' ? [faults] : faults;
    super(
      list.length === 1
        ? `Betfair session: ${list[0]}`
        : `Betfair session: ${list.length} faults in the configuration:\n${list.map((fault) => `  - ${fault}`).join('\n')}`,
      { ...options, code: 'BETFAIR_CONFIGURATION', retryable: false },
    );
    this.faults = list;
  }
}

/** An optional package is needed but not installed (`BETFAIR_MISSING_PACKAGE`). The message has the `npm i` command. */
export class MissingPackageError extends BetfairSessionError {
  protected static override readonly errorName = 'MissingPackageError';

  constructor(
    /** The npm package to install. */
    readonly packageName: string,
    feature: string,
    options?: ErrorOptions,
  ) {
    super(`${feature} needs the package "${packageName}". Install it: npm i ${packageName}`, {
      ...options,
      code: 'BETFAIR_MISSING_PACKAGE',
      retryable: false,
    });
  }
}
