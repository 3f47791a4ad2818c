import { read } from '../common/unknown-values.js';
import type { SessionStorage } from './contract/session-storage.interface.js';

/** What a store says of itself, with the careful reading of what it does not say. */
export interface StoreTraits {
  /** `undefined`: nothing tells it from another store. */
  readonly location: string | undefined;
  readonly isShared: boolean;
  /** Whether a test must show that it writes conditionally. */
  readonly isToBeTested: boolean;
}

/** Reads the optional members of a store. A mock may answer to every name, so anything unexpected counts as not said. */
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
