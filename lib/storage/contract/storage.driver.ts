import type { SessionStorage } from './session-storage.interface.js';

/** Receives the name of each URL parameter that is accepted but has no effect. */
export type OnIgnored = (parameter: string) => void;

/** A back end that is chosen by URL. */
export interface StorageDriver {
  /** Schemes of its URLs, in small letters and with the colon. */
  readonly schemes: readonly string[];
  /** URLs, as errors and documentation show them. */
  readonly examples: readonly string[];
  /** Optional packages, imported at first use. The first is always needed, the others in some cases. */
  readonly packages: readonly string[];
  /**
   * Creates the store for a URL. Imports and sends nothing.
   *
   * @throws BetfairConfigurationError the URL cannot be used; nothing secret of it is shown
   */
  create(url: string, onIgnored: OnIgnored): SessionStorage;
}
