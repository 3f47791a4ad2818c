import type { CloudWords } from './cloud.errors.js';
import type { StoredValue } from '../contract/session-storage.interface.js';

/** Requests of a cloud store, each sent once. They throw what the SDK throws. */
export interface CloudClient {
  /** Tells that the client may repeat a request without our knowing, as a client of the application may. */
  readonly mayRepeat: boolean;
  read(name: string, signal: AbortSignal): Promise<StoredValue>;
  /** @param expected - the version that must be stored; `undefined` if nothing may be stored */
  write(
    name: string,
    value: string,
    expected: string | undefined,
    signal: AbortSignal,
  ): Promise<string>;
  delete(name: string, version: string, signal: AbortSignal): Promise<void>;
  close?(): void;
}

/** Facts about one cloud store. */
export interface Cloud extends CloudWords {
  /** Place of the objects, without the prefix. */
  readonly location: string;
  readonly prefix: string | undefined;
  /** `'native'` for a service that is known to obey conditions; `'probe'` for one that only has the same API. */
  readonly conditionalWrites: 'native' | 'probe';
  /** Imports the SDK and makes a client; sends nothing. */
  connect(): Promise<CloudClient>;
}
