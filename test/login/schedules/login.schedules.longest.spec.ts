import { jest } from '@jest/globals';
import * as crypto from 'node:crypto';
import type { PlayedWorld } from './played.world.js';
import type { Scenario } from './scenario.js';

let world: PlayedWorld | undefined;
// What a process draws is its own, so that the same schedule is the same each time.
jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  randomUUID: () => world?.current?.uuid() ?? crypto.randomUUID(),
}));
const { Aftermath } = await import('./aftermath.js');
const { Explorer } = await import('./explorer.js');
const { SCENARIOS } = await import('./scenarios.js');
const { open } = await import('./scenario.js');
const { faultsOf } = await import('./verdict.js');

const MINUTE = 60_000;
/** More steps than a schedule has that ends. */
const ENDLESS = 500;

const { stackTraceLimit } = Error;
const totals = { schedules: 0, states: 0, ends: 0, steps: 0 };

beforeEach(() => {
  // A schedule makes dozens of errors, and stacks of them take longer than the rest.
  Error.stackTraceLimit = 0;
});

afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

afterAll(() => {
  jest.restoreAllMocks();
  console.log(inWords('all scenarios', totals));
});

function inWords(name: string, counts: typeof totals): string {
  const texts = Object.entries(counts).map(([what, count]) => `${what}: ${count}`);
  return `${name}: ${texts.join(', ')}`;
}

/** Lets processes go on until they wait for something. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Plays one schedule: to its end, or to a state from which all others were played. */
async function play(scenario: Scenario, explorer: InstanceType<typeof Explorer>) {
  const played = open(scenario);
  world = played;
  const trace: string[] = [];
  await turn();
  for (;;) {
    const steps = played.steps();
    if (steps.length === 0 || trace.length === ENDLESS) return { played, trace, isNew: true };
    const step = steps[explorer.choose(steps.length, () => played.state) ?? -1];
    if (step === undefined) return { played, trace, isNew: false };
    trace.push(step.name);
    step.take();
    await turn();
  }
}

describe('processes on one login record', () => {
  it.each(SCENARIOS)(
    'make no login too many, and all get their session: $name',
    async (scenario) => {
      const explorer = new Explorer();
      const ends = new Set<string>();
      let [schedules, steps] = [0, 0];
      do {
        const { played, trace, isNew } = await play(scenario, explorer);
        schedules += 1;
        steps += trace.length;
        if (!isNew) continue;
        const faults = [...faultsOf(played, scenario)];
        const { end } = played;
        if (!ends.has(end)) {
          ends.add(end);
          const aftermath = new Aftermath(played, turn);
          await aftermath.play(scenario);
          faults.push(...aftermath.faults);
        }
        // `expect` costs more than the schedule.
        if (faults.length > 0) expect({ faults, trace }).toEqual({ faults: [], trace });
      } while (explorer.next());
      const counts = { schedules, states: explorer.states, ends: ends.size, steps };
      console.log(inWords(scenario.name, counts));
      totals.schedules += counts.schedules;
      totals.states += counts.states;
      totals.ends += counts.ends;
      totals.steps += counts.steps;
    },
    10 * MINUTE,
  );
});
