import type { CloudStorage } from '../../../lib/storage/cloud/cloud.storage.js';
import type { Reply } from './fault.proxy.mjs';

/** One cloud, as the cases common to all see it. */
export interface StoreBackend {
  /** Where the emulator listens. */
  readonly origin: string;
  /** A store there, or behind a proxy, with credentials that it takes. */
  open(origin: string): CloudStorage;
  /** The same with a ready client that repeats requests by itself, as SDKs do by default. */
  openRepeating(origin: string): CloudStorage;
  /** A store in a bucket that does not exist. */
  openMissing(): CloudStorage;
  /** A store with credentials that the emulator refuses. */
  openDenied(): CloudStorage;
  /** HTTP methods of the three operations. */
  readonly methods: { readonly write: string; readonly delete: string };
  /** "Try again" in the cloud's own words. */
  readonly busy: Readonly<Record<string, Reply>>;
  /** "You may not" in the cloud's own words. */
  readonly refusals: Readonly<Record<string, Reply>>;
  /** The permission that an error for a refused operation must name. */
  readonly permissions: Readonly<Record<'read' | 'create' | 'replace' | 'delete', string>>;
  /** "That is not implemented" in the cloud's own words. */
  readonly unsupported: Reply;
  /** What no error may show. */
  readonly secrets: readonly string[];
  stop(): Promise<void>;
}
