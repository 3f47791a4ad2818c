import type { CloudWords } from './cloud.errors.js';
import type { StoredValue } from '../contract/session-storage.interface.js';

/** The requests that a cloud store is made of, each one sent once. They throw what the SDK throws. */
export interface CloudClient {
  /** Tells that the client may send a request again by itself, as one that was handed in. */
  readonly mayRepeat: boolean;
  read(name: string, signal: AbortSignal): Promise<StoredValue>;
  /** @param expected - the version that must be stored; `undefined`: none may be */
  write(
    name: string,
    value: string,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<string>;
  delete(name: string, version: string, signal: AbortSignal): Promise<void>;
  close?(): void;
}

/** What one cloud brings along. */
export interface Cloud extends CloudWords {
  /** Where the objects lie, without the prefix. */
  readonly location: string;
  readonly prefix: string | undefined;
  /** `'native'`: a service that is known to honour conditions, not one that is only spoken to like it. */
  readonly conditionalWrites: 'native' | 'probe';
  /** Imports the SDK and makes a client; sends nothing. */
  connect(): Promise<CloudClient>;
}
