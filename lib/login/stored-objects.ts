import { accountIdOf, defaultSessionKey } from '../options/account-id.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';
import { RecordStore } from './lease/record.store.js';

/** Names of the objects of an account in its store. */
export interface StoredObjects {
  readonly record: string;
  /** `true` if the user chose the name, so that other programs may use it. */
  readonly isNamedByHand: boolean;
  /** Names of the objects whose deletion lifts a refusal, quoted for a message. */
  readonly deletion: string;
}

type AccountOptions = Pick<ResolvedSessionOptions, 'jurisdiction' | 'sessionKey' | 'username'>;

export function storedObjectsOf(options: AccountOptions): StoredObjects {
  const { sessionKey } = options;
  const record = `${sessionKey}.lease`;
  const isNamedByHand = sessionKey !== defaultSessionKey(options);
  // Without its record, a token under a chosen name would belong to the first account that claims it.
  const deletion = isNamedByHand ? `"${record}" and "${sessionKey}" together` : `"${record}"`;
  return { record, isNamedByHand, deletion };
}

/** Opens the login record of an account. */
export function recordsOf(options: AccountOptions, storage: SessionStorage): RecordStore {
  const { record } = storedObjectsOf(options);
  return new RecordStore(storage, record, options.sessionKey, accountIdOf(options));
}
