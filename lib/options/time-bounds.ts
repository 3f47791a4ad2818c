import { variableOf } from '../common/settings/variable-names.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import type { ResolvedSessionOptions } from './resolved-options.js';
import { isKeepAlive, isPositive } from './session-options.shapes.js';

/** Milliseconds by which the lease of a login lasts longer than `requestTimeout`. */
export const LEASE_MARGIN_MS = 5_000;

/** Equal parts of the time beside the login: operations of the store, and the random wait if it is unreachable. */
const PARTS_BESIDE_LOGIN = 5;

interface RenewalTimes {
  readonly requestTimeout: number;
  readonly renewalTimeout: number;
}

/** Returns the milliseconds for one operation of the store, so that a store that hangs leaves time to log in. */
export function storageTimeoutOf(times: RenewalTimes): number {
  return Math.min(times.requestTimeout, partBesideLogin(times));
}

/** Returns the longest random wait in milliseconds before a login that other processes cannot see. */
export function longestSpreadOf(times: RenewalTimes): number {
  return Math.min(times.requestTimeout + LEASE_MARGIN_MS, 2 * partBesideLogin(times));
}

function partBesideLogin({ requestTimeout, renewalTimeout }: RenewalTimes): number {
  return (renewalTimeout - requestTimeout) / PARTS_BESIDE_LOGIN;
}

const MIN_LIFETIME_MS = 5 * 60_000;
const MIN_INTERVAL_MS = 60_000;
const MIN_TIMEOUT_MS = 100;
/** Longest keep-alive interval, which leaves a tenth of the lifetime for retries. */
const MAX_INTERVAL_IN_LIFETIMES = 0.9;

/** Finds durations that are out of bounds, usually because they were given in seconds. */
export function findTimeFaults(
  options: BetfairSessionOptions,
  resolved: ResolvedSessionOptions,
): string[] {
  const { sessionLifetime, requestTimeout, renewalTimeout } = resolved;
  const faults = [
    findShort('sessionLifetime', sessionLifetime, MIN_LIFETIME_MS, '5 minutes'),
    findShort('requestTimeout', requestTimeout, MIN_TIMEOUT_MS),
    findShortRenewal(renewalTimeout, requestTimeout),
    findKeepAliveFault(options.keepAlive, sessionLifetime),
  ];
  return faults.filter((fault) => fault !== undefined);
}

/** Finds a keep-alive interval that is too short. `name` is what the user set: the option or the variable. */
export function findShortInterval(name: string, interval: number): string | undefined {
  return findShort(name, interval, MIN_INTERVAL_MS, '1 minute');
}

function findShort(name: string, ms: number, min: number, why?: string): string | undefined {
  if (!isPositive(ms)) return `${name}: must be a number of milliseconds above 0.`;
  return ms < min ? outOfBounds(name, `at least ${min}`, why) : undefined;
}

function findShortRenewal(renewalTimeout: number, requestTimeout: number): string | undefined {
  const forLogin = isAtLeast(MIN_TIMEOUT_MS, requestTimeout) ? requestTimeout : MIN_TIMEOUT_MS;
  return findShort(
    'renewalTimeout',
    renewalTimeout,
    forLogin + LEASE_MARGIN_MS,
    `requestTimeout plus ${LEASE_MARGIN_MS}; a login that is cut off may leave a session behind`,
  );
}

function findKeepAliveFault(
  keepAlive: BetfairSessionOptions['keepAlive'],
  lifetime: number,
): string | undefined {
  if (!isKeepAlive(keepAlive)) {
    return 'keepAlive: must be true, false or { interval }, a number of milliseconds above 0.';
  }
  if (typeof keepAlive !== 'object') return undefined;
  const { interval } = keepAlive;
  const name = variableOf(keepAlive, 'interval') ?? 'keepAlive.interval';
  const longest = Math.floor(lifetime * MAX_INTERVAL_IN_LIFETIMES);
  const short = findShortInterval(name, interval);
  if (short || !isAtLeast(MIN_LIFETIME_MS, lifetime) || interval <= longest) return short;
  return outOfBounds(
    name,
    `at most ${longest}`,
    `${MAX_INTERVAL_IN_LIFETIMES} of sessionLifetime; an idle session would end in between`,
  );
}

function isAtLeast(min: number, ms: number): boolean {
  return isPositive(ms) && ms >= min;
}

function outOfBounds(name: string, bound: string, why?: string): string {
  return `${name}: this is in milliseconds. Set it to ${bound}${why ? ` (${why})` : ''}.`;
}
