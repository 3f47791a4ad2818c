import { EMPTY_RECORD, formatLoginRecord } from '../../../lib/login/lease/lease.record.js';
import type { Persistence } from '../../../lib/storage/contract/persistence.js';
import type { Bounds } from './harm.js';
import type { Answer } from './played.betfair.js';
import type { Work } from './played.process.js';
import { PlayedWorld } from './played.world.js';
import { ACCOUNT, FINGERPRINT, KEY, RECORD } from './process.parts.js';

const { signal } = new AbortController();

const renews: Work = async ({ renewal }) => {
  const renewed = await renewal.run(undefined, signal);
  return 'token' in renewed ? renewed.token : undefined;
};

const unblocks: Work = async ({ login }) => {
  await login.unblock(signal);
  return undefined;
};

const ROLES = {
  renews,
  /** Starts at any time. */
  comesLater: renews,
  /** At any time. */
  unblocks,
  unblocksAndRenews: async (session) => {
    await unblocks(session);
    return renews(session);
  },
  renewsAndCloses: async (session) => {
    try {
      return await renews(session);
    } finally {
      // That fails only if the store does; then others see the lease expire.
      await session.lease.close(signal).catch(() => undefined);
    }
  },
} satisfies Record<string, Work>;

export type Role = keyof typeof ROLES;

/** What processes do on one store. */
export interface Scenario {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly bounds?: Partial<Bounds>;
  readonly persistence?: Persistence;
  readonly answer?: Answer;
  /** What the store holds: nothing, the token of a session that ended, or that and a refusal. */
  readonly stored?: 'nothing' | 'ended' | 'refused';
  /** What the clock of each gives as random. */
  readonly chances?: readonly number[];
}

/** The world of a scenario before anything happens in it. */
export function open({ roles, chances, ...scenario }: Scenario): PlayedWorld {
  const { persistence = 'required', answer = 'accepted', stored = 'ended' } = scenario;
  const bounds = { faults: 0, delays: 0, switches: Infinity, ...scenario.bounds };
  const world = new PlayedWorld(persistence, answer, bounds);
  if (stored !== 'nothing') {
    const refusals = stored === 'refused' ? { [FINGERPRINT]: 'ACCOUNT_NOW_LOCKED' } : {};
    const record = { ...EMPTY_RECORD, account: ACCOUNT, tested: true, refusals };
    world.store.write(KEY, 'TOKEN-ended', { ifAbsent: true });
    world.store.write(RECORD, formatLoginRecord(record), { ifAbsent: true });
  }
  for (const [index, role] of roles.entries()) add(world, role, chances?.[index]);
  return world;
}

export function add(world: PlayedWorld, role: Role, chance?: number) {
  return world.add(role, ROLES[role], chance, role === 'renews' || role === 'renewsAndCloses');
}
