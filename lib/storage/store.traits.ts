import { read, text } from '../common/unknown-values.js';
import type { SessionStorage } from './contract/session-storage.interface.js';

/** Optional members of a store, with the safe default for each that is missing. */
export interface StoreTraits {
  /** `undefined` if nothing tells it from another store. */
  readonly location: string | undefined;
  readonly isShared: boolean;
  /** `true` if a test must show that it writes conditionally. */
  readonly isToBeTested: boolean;
}

/** Reads the optional members of a store. A mock may answer to every name, so an unexpected value counts as missing. */
export function traitsOf(storage: SessionStorage): StoreTraits {
  return {
    location: text(storage, 'location'),
    isShared: read(storage, 'shared') !== false,
    isToBeTested: read(storage, 'conditionalWrites') !== 'native',
  };
}
