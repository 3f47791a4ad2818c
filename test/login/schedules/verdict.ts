import { BetfairSessionError } from '../../../lib/errors/index.js';
import { parseLoginRecord } from '../../../lib/login/lease/lease.record.js';
import type { PlayedProcess } from './played.process.js';
import type { PlayedWorld } from './played.world.js';
import { KEY, LEASE_DURATION, RECORD } from './process.parts.js';
import type { Scenario } from './scenario.js';

/** The lease is kept that long after a login. */
export const PAUSE_AFTER_LOGIN = 3_000;
/** Those who wait look at the record that often at the least. */
const LOOKS = 5_000;

/** What must not be when a schedule is over, in words. */
export function faultsOf(world: PlayedWorld, scenario: Scenario): readonly string[] {
  return [
    ...faultsOfLogins(world, scenario),
    ...world.processes
      .filter(({ isDead }) => !isDead)
      .flatMap((process) =>
        faultsOfProcess(process, world, scenario).map((fault) => `${process.name} ${fault}`),
      ),
  ];
}

function faultsOfLogins(world: PlayedWorld, scenario: Scenario): readonly string[] {
  const { betfair, harm, processes, store } = world;
  const { answer = 'accepted', persistence = 'required', roles } = scenario;
  const unblocks = roles.filter((role) => role.startsWith('unblocks')).length;
  // Who cannot reach the store logs in alone.
  const inVain = persistence === 'required' ? harm.vainLogins : harm.faults;
  const allowed = 1 + inVain + (answer === 'accepted' ? 0 : unblocks);
  const made = answer === 'accepted' ? betfair.logins : betfair.attempts;
  // One that was sent before a pause, or that nobody waited for, arrives at any time.
  const isInStep =
    persistence === 'required' &&
    !harm.hadStrays &&
    processes.every(({ stopped }) => stopped === 0);
  const record = parseLoginRecord(store.read(RECORD)?.value ?? '');
  return [
    ...(made > allowed ? [`${made} logins, not ${allowed}`] : []),
    ...(isInStep && betfair.shortestGap < PAUSE_AFTER_LOGIN
      ? [`${betfair.shortestGap} ms between two logins`]
      : []),
    ...(harm.faults === 0 && record.holder !== null && !roles.includes('renewsAndCloses')
      ? ['the lease is not given back']
      : []),
  ];
}

function faultsOfProcess(
  { kind, outcome, startedAt, endedAt, stopped, wasHit }: PlayedProcess,
  { betfair, harm, store }: PlayedWorld,
  { answer = 'accepted', persistence = 'required', stored }: Scenario,
): readonly string[] {
  if (outcome === undefined) return ['waits for ever'];
  const took = endedAt - startedAt - stopped;
  const isLate = took > (1 + harm.faults) * (LEASE_DURATION + LOOKS);
  const late = isLate ? [`took ${took} ms`] : [];
  if ('error' in outcome) {
    const { error } = outcome;
    const isRefused =
      error instanceof BetfairSessionError &&
      (error.code === 'BETFAIR_LOGIN_REJECTED' || error.code === 'BETFAIR_LOGIN_BLOCKED');
    const mayBeRefused =
      answer !== 'accepted' || (stored === 'refused' && kind !== 'unblocksAndRenews');
    const isExpected = wasHit || (isRefused && mayBeRefused);
    return isExpected && error instanceof BetfairSessionError ? late : [String(error)];
  }
  if (kind === 'unblocks') return late;
  const kept = store.read(KEY)?.value ?? '';
  const mustBeKept = harm.faults === 0 || persistence === 'required';
  return [
    ...late,
    ...(betfair.live.has(outcome.token ?? '') ? [] : ['has a session that does not live']),
    ...(mustBeKept && !betfair.live.has(kept) ? ['has a session, but none is stored'] : []),
    ...(harm.faults === 0 && outcome.token !== kept ? ['has another session than the store'] : []),
  ];
}
