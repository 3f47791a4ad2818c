import { systemClock } from '../../common/clock.js';
import {
  type LoginCredentials,
  CredentialProvider,
} from '../../login/credentials/login.credentials.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';

/** Reads the credentials that a login would use; `undefined` if the certificate is faulty. */
export function currentCredentials(
  resolved: ResolvedSessionOptions,
): Promise<LoginCredentials | undefined> {
  return new CredentialProvider(resolved, systemClock).current().catch(() => undefined);
}
