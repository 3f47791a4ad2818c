import type { CloudWords } from './cloud.failure.js';
import type { StoredValue, WriteCondition } from '../session-storage.interface.js';

/** The requests that a cloud store is made of, each one sent once. They throw what the SDK throws. */
export interface CloudRequests {
  /** Tells that the client may send a request again by itself, as one that was handed in. */
  readonly mayRepeat: boolean;
  read(name: string, signal: AbortSignal): Promise<StoredValue>;
  write(
    name: string,
    value: string,
    condition: WriteCondition,
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
  /** Whether the service is known to honour conditions, or is only spoken to like one that does. */
  readonly conditionalWrites: 'native' | 'probe';
  /** Imports the SDK and makes a client; sends nothing. */
  connect(): Promise<CloudRequests>;
}
