import { StreamWorld } from './stream-world.js';

it('resumes a stream whose clock has fractions of milliseconds', async () => {
  const world = await StreamWorld.start();
  await world.clock.advance(0.25);
  const { messages } = await world.subscribe({});
  const [{ initialClk, clk, pt } = { pt: 0 }] = messages;
  expect(Number.isInteger(pt)).toBe(true);
  await world.clock.advance(0.5);
  const { messages: resumed } = await world.subscribe({ initialClk, clk });
  expect(resumed).toMatchObject([{ ct: 'RESUB_DELTA' }]);
  await world.stop();
});

it('has no timer left once the simulator is stopped', async () => {
  const world = await StreamWorld.start();
  const { client } = await world.subscribe({ conflateMs: 1_000 });
  expect(world.clock.timers).toBeGreaterThan(0);
  await world.simulator.stop();
  expect(world.clock.timers).toBe(0);
  client.destroy();
});
