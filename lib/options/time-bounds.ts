import { variableOf } from '../common/variable-names.js';
import type { BetfairSessionOptions } from './betfair-session-options.interface.js';
import type { ResolvedSessionOptions } from './resolved-options.js';
import { isKeepAlive, isPositive } from './session-options.shapes.js';

/** Added to `requestTimeout`: a login from start to end, which is how long its lease lasts. */
export const LEASE_MARGIN_MS = 5_000;

/** Parts of a renewal beside its login: reads and writes of the store, and a random wait if it is out of reach. */
const PARTS_BESIDE_LOGIN = 5;

interface RenewalTimes {
  readonly requestTimeout: number;
  readonly renewalTimeout: number;
}

/**
 * Longest time for one operation of the store, in milliseconds: a store that hangs must leave a renewal the time to log
 * in and to store the token.
 */
export function storageTimeoutOf(times: RenewalTimes): number {
  return Math.min(times.requestTimeout, partBesideLogin(times));
}

/** Longest random wait before a login that the other processes do not see, in milliseconds. */
export function longestSpreadOf(times: RenewalTimes): number {
  return Math.min(times.requestTimeout + LEASE_MARGIN_MS, 2 * partBesideLogin(times));
}

function partBesideLogin({ requestTimeout, renewalTimeout }: RenewalTimes): number {
  return (renewalTimeout - requestTimeout) / PARTS_BESIDE_LOGIN;
}

const MIN_LIFETIME_MS = 5 * 60_000;
const MIN_INTERVAL_MS = 60_000;
const MIN_TIMEOUT_MS = 100;
/** Leaves a tenth of the lifetime for keep-alives that fail and are tried again. */
const MAX_INTERVAL_IN_LIFETIMES = 0.9;

/** Finds durations that are out of bounds: most of them were meant in seconds. */
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

/** Finds an interval that asks Betfair more often than it should be asked. `name` is what the user wrote. */
export function findShortInterval(name: string, interval: number): string | undefined {
  return findShort(name, interval, MIN_INTERVAL_MS, '1 minute');
}

function findShort(name: string, ms: number, min: number, why?: string): string | undefined {
  if (!isPositive(ms)) return `${name}: it is a number of milliseconds above 0.`;
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
    return 'keepAlive: it is true, false or { interval }, a number of milliseconds above 0.';
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
