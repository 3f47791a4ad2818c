import { read } from '../common/unknown-values.js';
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
  const [location, shared, conditionalWrites] = (
    ['location', 'shared', 'conditionalWrites'] as const
  ).map((member) => read(storage, member));
  return {
    location: typeof location === 'string' && location !== '' ? location : undefined,
    isShared: shared !== false,
    isToBeTested: conditionalWrites !== 'native',
  };
}
