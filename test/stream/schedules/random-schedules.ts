import * as fc from 'fast-check';
import { resetLoginBudget } from 'nestjs-betfair-session/testing';
import { seedFrom } from '../../support/random.mjs';
import { Ledger } from './ledger.js';
import { Player } from './player.js';
import { type Schedule, schedule } from './schedule.arbitrary.js';
import { openStage, type Stage } from './stage.js';

const MINUTE_MS = 60_000;
/** Schedules on one stage, which remembers every session and order. */
const SCHEDULES_ON_A_STAGE = 250;
/** Disturbances that need something between the application and the stream, which takes time in every schedule. */
const PIPED: readonly string[] = ['hold', 'failAfter'];
const SEED = seedFrom('SEED');

let stage: Stage | undefined;
let played = 0;
const totals = { schedules: 0, messages: 0, conflated: 0, resumed: 0, subscriptions: 0, logins: 0 };

/** A stage with a session, for a schedule to begin with. */
async function readyStage(): Promise<Stage> {
  if (stage && played === SCHEDULES_ON_A_STAGE) await closeStage();
  if (!stage) {
    stage = await openStage();
    played = 0;
    await stage.sessions.getSession();
    await stage.other.getSession();
    expect(stage.simulator.counts.logins).toBe(1);
  }
  played += 1;
  return stage;
}

async function closeStage(): Promise<void> {
  const closing = stage;
  stage = undefined;
  if (!closing) return;
  const { resumed, subscriptions } = closing.simulator.stream.counts;
  totals.resumed += resumed;
  totals.subscriptions += subscriptions;
  totals.logins += closing.simulator.counts.logins;
  await closing.close();
}

/** Plays a schedule to its end and returns what was wrong. */
async function play(one: Schedule): Promise<readonly string[]> {
  const here = await readyStage();
  const isPiped = one.steps.some(({ disturbance: { step } }) => PIPED.includes(step));
  const stream = isPiped ? here.streams.piped : here.streams.direct;
  const ledger = new Ledger(here, stream);
  const player = new Player(here, stream, ledger, one);
  try {
    await here.clock.advance(0);
    await player.play();
    const findings = await player.findings();
    const faults = [...findings, ...ledger.faults(), ...player.end()];
    // The next one is not to suffer from what went wrong here.
    if (faults.length > 0) played = SCHEDULES_ON_A_STAGE;
    return faults;
  } finally {
    player.end();
    ledger.close();
    await settle(here, one);
    totals.schedules += 1;
    totals.messages += player.messages;
    totals.conflated += player.conflated;
  }
}

/** Lets nothing of one schedule reach into the next, and gives back the logins of the budget that it spent. */
async function settle(
  { clock, simulator, sessions, other, pipe, account }: Stage,
  { steps }: Schedule,
): Promise<void> {
  simulator.clearFaults();
  pipe.release();
  if (steps.some(({ disturbance: { step } }) => step === 'place')) {
    // The simulator looks at the prices for every bet that waits.
    await clock.until(sessions.call('SportsAPING/v1.0/cancelOrders').catch(() => undefined));
  }
  await clock.advance(20 * MINUTE_MS);
  resetLoginBudget(sessions);
  resetLoginBudget(other);
  if (played % 25 === 0) account.invariants.lookAndForget();
}

/** Plays as many schedules, or as `SCHEDULES` says. */
export function playRandomSchedules(count: number): void {
  afterAll(async () => {
    await closeStage();
    const figures = Object.entries({ seed: SEED, ...totals });
    if (process.env['SUITES'] === 'longest')
      console.log(figures.map(([name, value]) => `${name}: ${value}`).join(', '));
  });

  it(
    'knows what the API tells after any schedule of disturbances, for a login per session that ended',
    async () => {
      await fc.assert(
        fc.asyncProperty(schedule, async (one) => {
          expect(await play(one)).toEqual([]);
        }),
        { numRuns: Number(process.env['SCHEDULES'] ?? count), seed: SEED },
      );
    },
    30 * MINUTE_MS,
  );
}
