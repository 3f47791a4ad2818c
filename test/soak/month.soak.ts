import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { alive, Invariants } from '../support/invariants/invariants.js';
import { VirtualClock } from '../support/virtual.clock.js';
import { seedFrom, SeededRandom } from '../support/random.mjs';
import { ACCOUNTS } from './month/accounts.js';
import { injure } from './month/faults.js';
import { TICK } from './month/outages.js';
import { MonthWorld } from './month/world.js';
import { heapInUse, megabytes, report, Tally } from './report.js';

const SEED = seedFrom('SEED');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MONTH = 30;
const DAYS = Number(process.env['SOAK_DAYS'] ?? MONTH);
/** Real milliseconds to wait for a request before time passes over it: none hangs here. */
const PATIENCE = 20_000;

it(
  `${DAYS} days of outages, redeploys and sessions that end cost exactly the logins that they call for`,
  async () => {
    process.stdout.write(`SEED=${SEED}\n`);
    const random = new SeededRandom(SEED);
    // The jitter of what is tested too, so that a seed repeats as much as can be repeated.
    Object.assign(Math, { random: new SeededRandom(SEED + 1).next });
    const before = alive();
    const clock = new VirtualClock(PATIENCE);
    // Betfair's clock is right; ours jumps.
    const betfairs = { wall: () => Date.UTC(2026, 0, 1) + clock.monotonic() };
    const simulator = await BetfairSimulator.start({ clock: betfairs, accounts: ACCOUNTS });
    const invariants = new Invariants(simulator, before);
    const world = new MonthWorld(simulator, clock, random, invariants);
    const seen = new Tally();
    let heap = 0;

    await world.startAll();
    for (let tick = 1; clock.monotonic() < DAYS * DAY; tick++) {
      await world.useAll();
      await injure(world, random, seen);
      await world.pass();
      if (tick % (DAY / TICK) === 0) invariants.lookAndForget();
      if (tick === DAY / TICK) heap = heapInUse();
    }
    await world.recover();
    invariants.lookAndForget();
    const heapAtEnd = heapInUse();
    await world.stopAll();
    await simulator.stop();

    const { ledger, usage } = world;
    const { counts } = simulator;
    const figures = {
      seed: SEED,
      'virtual days': DAYS,
      'what went wrong': seen,
      logins: counts.logins,
      ...ledger.causes,
      'login attempts': counts.loginAttempts,
      'keep-alives': counts.keepAlives,
      'API calls': counts.calls,
      'failed calls by cause': usage.failures,
      'refusals that strangers had repeated': usage.echoes,
      'longest time without a session': `${Math.ceil(usage.longestWithout / MINUTE)} minutes`,
      'heap after a day and at the end': `${megabytes(heap)}, ${megabytes(heapAtEnd)}`,
    };
    await report('A month in minutes: `npm run soak`', figures, DAYS === MONTH);
    expect(usage.echoes.of('handed on')).toBeGreaterThan(DAYS * 20);
    expect(ledger.needless).toEqual([]);
    expect(ledger.logins).toEqual(ledger.warranted);
    expect(await invariants.end()).toEqual([]);
    expect(heapAtEnd - heap).toBeLessThan(16 * 1_048_576);
  },
  60 * MINUTE,
);
