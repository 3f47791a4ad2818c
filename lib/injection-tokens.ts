import type { InjectionToken } from '@nestjs/common';
import { DEFAULT_ACCOUNT } from './common/account-name.js';
import { SessionService } from './session/session.service.js';

/** Injection token of the store of the default account. */
export const SESSION_STORAGE = 'BETFAIR_SESSION_STORAGE';
/** Injection token of the options of the default account. */
const SESSION_OPTIONS = 'BETFAIR_SESSION_OPTIONS';
/**
 * Injection token of the `Clock` that all accounts of an application use. Override it in a test to let hours pass at
 * once: `.overrideProvider(SESSION_CLOCK).useValue(clock)`.
 */
export const SESSION_CLOCK = 'BETFAIR_SESSION_CLOCK';

/** Returns the injection token of an account's {@link SessionService}: for the default account, the class itself. */
export function getSessionServiceToken(name?: string): InjectionToken<SessionService> {
  return isDefault(name) ? SessionService : `BETFAIR_SESSION_SERVICE:${name}`;
}

/** Returns the injection token of an account's `SessionStorage`. */
export function getSessionStorageToken(name?: string): string {
  return isDefault(name) ? SESSION_STORAGE : `${SESSION_STORAGE}:${name}`;
}

/** Returns the injection token of an account's options; override it in a test to replace the whole account. */
export function getSessionOptionsToken(name?: string): string {
  return isDefault(name) ? SESSION_OPTIONS : `${SESSION_OPTIONS}:${name}`;
}

function isDefault(name: string | undefined): boolean {
  return name === undefined || name === DEFAULT_ACCOUNT;
}
