import type { Persistence } from '../../../lib/options/betfair-session-options.interface.js';
import { BetfairSessionError } from '../../../lib/errors/index.js';
import {
  EMPTY_RECORD,
  formatLoginRecord,
  type LoginFacts,
} from '../../../lib/login/login.record.js';
import type { Answer } from './played.betfair.js';
import type { PlayedProcess } from './played.process.js';
import { type Bounds, PlayedWorld } from './played.world.js';
import { ACCOUNT, KEY, LEASE_DURATION, RECORD, type Session } from './process.parts.js';

type Role = 'renews' | 'renews later' | 'unblocks' | 'renews and closes' | 'unblocks and renews';

export interface Scenario {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly bounds: Partial<Bounds>;
  readonly persistence?: Persistence;
  readonly answer?: Answer;
  /** What the store holds: nothing, the token of a session that ended, and with it a refusal. */
  readonly stored?: 'nothing' | 'ended' | 'refused';
  /** What `Math.random` returns in each process. */
  readonly chances?: readonly number[];
}

/** The lease is kept that long after a login. */
const PAUSE_AFTER_LOGIN = 3_000;
/** Looks of those that wait are at most that far apart, and the last one is early by as much. */
const LOOK = 3_000;

const { signal } = new AbortController();

async function renew({ renewal }: Session): Promise<string | undefined> {
  const renewed = await renewal.run(undefined, signal);
  return 'token' in renewed ? renewed.token : undefined;
}

async function unblock({ login }: Session): Promise<undefined> {
  await login.unblock(signal);
}

const WORK: Record<Role, (session: Session) => Promise<string | undefined>> = {
  renews: renew,
  'renews later': renew,
  unblocks: unblock,
  'renews and closes': async (session) => {
    try {
      return await renew(session);
    } finally {
      // It fails only if the store does, and then others see the lease expire.
      await session.lease.close(signal).catch(() => undefined);
    }
  },
  'unblocks and renews': async (session) => {
    await unblock(session);
    return renew(session);
  },
};

export function open(scenario: Scenario): PlayedWorld {
  const { persistence = 'required', answer = 'accepted', stored = 'ended', bounds } = scenario;
  const world = new PlayedWorld(persistence, answer, {
    faults: 0,
    delays: 0,
    switches: Infinity,
    ...bounds,
  });
  if (stored !== 'nothing') {
    world.store.write(KEY, 'TOKEN-ended', { ifAbsent: true });
    const facts: Partial<LoginFacts> =
      stored === 'refused' ? { ban: world.now + Date.UTC(2026, 0, 1) + 20 * 60_000 } : {};
    const record = { ...EMPTY_RECORD, ...facts, account: ACCOUNT, tested: true };
    world.store.write(RECORD, formatLoginRecord(record), { ifAbsent: true });
  }
  return world;
}

export function begin(world: PlayedWorld, { roles, chances = [] }: Scenario): void {
  for (const [index, role] of roles.entries()) {
    world.add(role, WORK[role], {
      chance: chances[index] ?? 0.5,
      starts: role === 'renews' || role === 'renews and closes' ? 'first' : 'any time',
    });
  }
}

/** What must not be at the end of a schedule, in words. */
export function faultsAtEnd(world: PlayedWorld, scenario: Scenario): readonly string[] {
  const { roles, persistence = 'required', answer = 'accepted' } = scenario;
  const { betfair, costly, faults, processes, store } = world;
  const unblocks = roles.filter((role) => role.startsWith('unblocks')).length;
  const allowed =
    1 + (persistence === 'best-effort' ? faults : costly) + (answer === 'accepted' ? 0 : unblocks);
  const wrong: string[] = [];
  if (betfair.logins > allowed) wrong.push(`${betfair.logins} logins instead of ${allowed}`);
  if (answer !== 'accepted' && betfair.attempts > allowed) {
    wrong.push(`${betfair.attempts} attempts instead of ${allowed}`);
  }
  // One that was sent before a pause, or by a process that does not see the others, is told from nothing.
  const isApart =
    betfair.shortestGap >= PAUSE_AFTER_LOGIN || processes.some(({ stopped }) => stopped > 0);
  if (persistence === 'required' && !world.isAdrift && !isApart)
    wrong.push(`${betfair.shortestGap} ms between two logins`);
  const stored = store.read(KEY)?.value;
  for (const process of processes) {
    if (process.isDead) continue;
    const { name, outcome, kind, wasHit } = process;
    const took = process.endedAt - process.beganAt - process.stopped;
    if (outcome === undefined) wrong.push(`${name} waits for ever`);
    else if (took > (1 + faults) * (LEASE_DURATION + LOOK)) wrong.push(`${name} took ${took} ms`);
    else if ('error' in outcome) {
      if (!(outcome.error instanceof BetfairSessionError))
        wrong.push(`${name}: ${String(outcome.error)}`);
      if (!wasHit && answer === 'accepted' && scenario.stored !== 'refused') {
        wrong.push(`${name} has no session: ${String(outcome.error)}`);
      }
    } else if (kind !== 'unblocks') {
      const { token } = outcome;
      if (token === undefined || !betfair.live.has(token)) wrong.push(`${name} has a dead session`);
      if ((faults === 0 || persistence === 'required') && !betfair.live.has(stored ?? '')) {
        wrong.push(`${name} has a session, but the store has none`);
      }
      if (faults === 0 && token !== stored)
        wrong.push(`${name} has another session than the store`);
    }
  }
  return wrong;
}

/** What those meet that come after all is over: they find a session, or get one as soon as it may be. */
export async function faultsAfterwards(
  world: PlayedWorld,
  { answer = 'accepted', roles, stored }: Scenario,
  turn: () => Promise<unknown>,
): Promise<readonly string[]> {
  const { betfair, store } = world;
  const wrong: string[] = [];
  const play = async (role: Role): Promise<PlayedProcess> => {
    world.calmDown();
    const process = world.add(role, WORK[role]);
    await turn();
    for (let [step] = world.steps(); step; [step] = world.steps()) {
      step.take();
      await turn();
    }
    return process;
  };
  const renewal = async (when: string, attempts: number) => {
    const before = betfair.attempts;
    const { beganAt, endedAt, outcome } = await play('renews');
    const token = outcome && 'token' in outcome ? outcome.token : undefined;
    if (token === undefined) {
      wrong.push(`no session ${when}: ${String(outcome && 'error' in outcome && outcome.error)}`);
    } else if (!betfair.live.has(token)) wrong.push(`a dead session ${when}`);
    if (token !== store.read(KEY)?.value) wrong.push(`a session that is not stored ${when}`);
    if (betfair.attempts - before > attempts)
      wrong.push(`${betfair.attempts - before} logins ${when}`);
    const took = endedAt - beganAt;
    if (took > LEASE_DURATION + PAUSE_AFTER_LOGIN) wrong.push(`${took} ms for a session ${when}`);
  };
  if (answer !== 'accepted') {
    const before = betfair.attempts;
    await play('renews');
    await play('renews');
    const isLifted = roles.some((role) => role.startsWith('unblocks'));
    if (betfair.attempts > Math.max(1, before + (isLifted ? 1 : 0)))
      wrong.push('a refusal is forgotten');
  }
  betfair.answer = 'accepted';
  if (answer !== 'accepted' || stored === 'refused') {
    await play('unblocks');
    await renewal('after an unblock', 1);
  } else await renewal('afterwards', betfair.live.has(store.read(KEY)?.value ?? '') ? 0 : 1);
  betfair.live.clear();
  await renewal('after its end', 1);
  return wrong;
}
