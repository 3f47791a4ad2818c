import type { SessionStorage } from './session-storage.interface.js';

/** What a store says of itself, with the careful reading of what it does not say. */
export interface StoreTraits {
  /** `undefined`: nothing tells it from another store. */
  readonly location: string | undefined;
  readonly isShared: boolean;
  /** Whether a test must show that it writes conditionally. */
  readonly isToBeTested: boolean;
}

/** Reads the optional members of a store. A mock may answer to every name, so anything unexpected counts as not said. */
export function traitsOf({ location, shared, conditionalWrites }: SessionStorage): StoreTraits {
  return {
    location: typeof location === 'string' && location !== '' ? location : undefined,
    isShared: shared !== false,
    isToBeTested: conditionalWrites !== 'native',
  };
}
