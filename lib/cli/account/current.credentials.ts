import { systemClock } from '../../common/clock.js';
import { BetfairSessionError } from '../../errors/index.js';
import {
  type LoginCredentials,
  CredentialProvider,
} from '../../login/credentials/login.credentials.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';

/** Credentials that a login would use now, or what is wrong with them. */
export type CurrentCredentials =
  | { readonly credentials: LoginCredentials; readonly fault?: undefined }
  | { readonly credentials?: undefined; readonly fault: string };

/** Reads the credentials that a login would use now. */
export async function currentCredentials(
  resolved: ResolvedSessionOptions,
): Promise<CurrentCredentials> {
  try {
    return { credentials: await new CredentialProvider(resolved, systemClock).current() };
  } catch (error) {
    if (error instanceof BetfairSessionError) return { fault: error.message };
    throw error;
  }
}
