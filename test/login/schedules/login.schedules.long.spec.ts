import { jest } from '@jest/globals';
import * as crypto from 'node:crypto';
import type { PlayedWorld } from './played.world.js';
import type { Scenario } from './scenario.js';

let world: PlayedWorld | undefined;
// What every process draws is its own, so that the same schedule is the same each time.
jest.unstable_mockModule('node:crypto', () => ({
  ...crypto,
  randomUUID: () => world?.current?.uuid() ?? crypto.randomUUID(),
}));
const { begin, faultsAfterwards, faultsAtEnd, open } = await import('./scenario.js');
const { Explorer } = await import('./explorer.js');

const MINUTE = 60_000;
/** More steps than any schedule has that ends. */
const ENDLESS = 500;

beforeAll(() => {
  jest.spyOn(Math, 'random').mockImplementation(() => world?.current?.chance ?? 0.5);
});
afterAll(() => {
  jest.restoreAllMocks();
});

/** Lets the processes go on until they wait for something. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'two, two faults', roles: ['renews', 'renews'], bounds: { faults: 2, switches: 1 } },
  {
    name: 'two, 2 slow',
    roles: ['renews', 'renews'],
    bounds: { faults: 0, delays: 2, switches: 2 },
  },
  {
    name: 'two, slow, fault',
    roles: ['renews', 'renews'],
    bounds: { faults: 1, delays: 1, switches: 1 },
  },
  { name: 'three, fault', roles: ['renews', 'renews', 'renews'], bounds: { faults: 1 } },
  {
    name: 'two, cold, fault',
    roles: ['renews', 'renews'],
    bounds: { faults: 1 },
    stored: 'nothing',
  },
];

it.each(SCENARIOS)(
  '$name',
  async (scenario) => {
    const explorer = new Explorer();
    const ends = new Set<string>();
    const began = performance.now();
    let [schedules, steps] = [0, 0];
    do {
      world = open(scenario);
      begin(world, scenario);
      const trace: string[] = [];
      let chosen: number | undefined = 0;
      await turn();
      for (let options = world.steps(); options.length > 0; options = world.steps()) {
        const at = world;
        chosen = explorer.choose(options.length, () => at.state);
        const step = chosen === undefined ? undefined : options[chosen];
        if (step === undefined) break;
        trace.push(step.name);
        step.take();
        await turn();
        if (trace.length > ENDLESS) break;
      }
      steps += trace.length;
      schedules += 1;
      if (chosen === undefined) continue;
      const wrong = [...faultsAtEnd(world, scenario)];
      const { end } = world;
      if (!ends.has(end)) {
        ends.add(end);
        wrong.push(...(await faultsAfterwards(world, scenario, turn)));
      }
      if (wrong.length > 0) throw new Error([...wrong, ...trace].join('\n'));
    } while (explorer.next());
    console.log(scenario.name, {
      schedules,
      states: explorer.states,
      ends: ends.size,
      steps,
      ms: performance.now() - began,
    });
  },
  10 * MINUTE,
);
