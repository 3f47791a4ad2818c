import type { SessionStorage } from './session-storage.interface.js';

/** Told the name of each parameter of a URL that is accepted and has no effect. */
export type OnIgnored = (parameter: string) => void;

/** A back end that is chosen by URL. */
export interface StorageDriver {
  /** Schemes of its URLs, in small letters and with the colon. */
  readonly schemes: readonly string[];
  /** URLs, as errors and documentation show them. */
  readonly examples: readonly string[];
  /** Packages that it needs: optional peers, imported at first use. The first is always needed, others in some cases. */
  readonly packages: readonly string[];
  /**
   * Makes the store that a URL names. Imports and sends nothing.
   *
   * @throws BetfairConfigurationError the URL cannot be used; nothing secret of it is shown
   */
  create(url: string, onIgnored: OnIgnored): SessionStorage;
}
