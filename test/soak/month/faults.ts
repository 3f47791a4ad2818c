import type { SimulatorFault } from 'nestjs-betfair-session/testing';
import { STAYING, TENANT } from './accounts.js';
import { TICK } from './outages.js';
import type { MonthWorld } from './world.js';
import type { SeededRandom } from '../../support/random.mjs';
import type { Tally } from '../report.js';

const HOUR = 3_600_000;
const OUTAGES: readonly [SimulatorFault, ...SimulatorFault[]] = [
  'reset',
  'html',
  'truncated',
  { status: 302 },
  { status: 403 },
  { status: 503 },
];

/** What may go wrong, how often a month, and how. */
const FAULTS: Record<string, [number, (world: MonthWorld, random: SeededRandom) => unknown]> = {
  'identity service down': [
    12,
    (world, random) => {
      const fault = random.pick(OUTAGES);
      for (const endpoint of ['keepAlive', 'certLogin'] as const) {
        world.simulator.clearFaults(endpoint);
        world.simulator.fail(endpoint, fault, { times: Infinity });
      }
      world.outages.begin('identity', random.between(1, 36));
    },
  ],
  'store down': [12, (world, random) => world.outages.begin('store', random.between(1, 12))],
  'API down': [
    12,
    (world, random) => {
      world.simulator.clearFaults('api');
      world.simulator.fail('api', random.pick(OUTAGES), { times: Infinity });
      world.outages.begin('api', random.between(1, 12));
    },
  ],
  'session ended by Betfair': [
    40,
    (world, random) => endSession(world, random.pick([...STAYING, TENANT])),
  ],
  'session ended, and the answer of the next login lost': [
    10,
    async (world, random) => {
      const account = endSession(world, random.pick(world.present));
      // Only where it is certain which login it befalls.
      if (!world.outages.isWell) return;
      world.simulator.fail('certLogin', 'reset', { processed: true });
      account.warrant('answer of a login lost');
      world.outages.noteTrouble();
      await world.useAll(1);
    },
  ],
  'wall clock jumps': [
    20,
    ({ clock }, random) => clock.setWallBack(random.between(-3 * HOUR, 3 * HOUR)),
  ],
  'account came or went': [300, (world) => world.comeOrGo()],
  redeploy: [20, (world) => world.restartAll()],
  'everything stopped for a while': [
    4,
    async (world, random) => {
      await world.stopAll();
      await world.clock.advance(random.between(1, 12) * TICK);
      world.ledger.noteExpired();
      await world.startAll();
    },
  ],
  'everything started anew, and the store lost': [
    2,
    async (world) => {
      await world.stopAll();
      world.loseStore();
      await world.startAll();
    },
  ],
};
const TICKS_A_MONTH = 8_640;

/** Lets things go wrong, or not, and counts them. */
export async function injure(world: MonthWorld, random: SeededRandom, seen: Tally): Promise<void> {
  for (const [what, [aMonth, happen]] of Object.entries(FAULTS)) {
    if (!random.chance(aMonth / TICKS_A_MONTH)) continue;
    seen.add(what);
    await happen(world, random);
  }
}

function endSession({ simulator, ledger }: MonthWorld, username: string) {
  simulator.endSessions(username);
  const account = ledger.of(username);
  account.lose('ended by Betfair');
  return account;
}
