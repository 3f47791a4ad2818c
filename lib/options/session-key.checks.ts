import { isStorageKey } from '../storage/contract/storage-key.js';
import { defaultSessionKey } from './account-id.js';
import type { ResolvedSessionOptions } from './resolved-options.js';

/** Form of the names that sessions have by default. */
const DEFAULT_KEY = /(?:^|\/)session-[0-9a-f]{16}\.token$/i;

/** Finds the fault of the name of the stored object. */
export function findStorageKeyFault(name: string, key: unknown): string | undefined {
  if (!isStorageKey(key)) {
    return `${name}: must consist of letters, digits, ".", "_", "-" and single "/" between names, without "..".`;
  }
  // Some file systems ignore case.
  if (!/\.lease$/i.test(key)) return undefined;
  return `${name}: must not end in ".lease", because "<sessionKey>.lease" is the login record of another sessionKey. Choose a name such as "session.token".`;
}

/** Finds a name that another account has by default: it would use the object without checking whose it is. */
export function findForeignKey(resolved: ResolvedSessionOptions): string | undefined {
  const { sessionKey } = resolved;
  if (!DEFAULT_KEY.test(sessionKey) || sessionKey === defaultSessionKey(resolved)) return undefined;
  return `sessionKey: "${sessionKey}" is the default name for another Betfair account (another user name or jurisdiction). Leave sessionKey out, or choose a name such as "session.token".`;
}
