import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { betfairSessionOptionsFromEnv, FileStorage, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { cleanUp } from './support/command.js';
import { healthyWorld, runIn } from './support/world.js';

let simulator: BetfairSimulator;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

it.each([
  ['a time that no date has', '{"id":"a","duration":1000,"since":1e300}', 'a'],
  ['an end that no date has', '{"id":"a","duration":1e300,"since":-1e300}', undefined],
  ['a number that JavaScript has not', '{"id":"a","duration":1e999}', undefined],
  ['a name that clears the screen', '{"id":"\\u001b[2J","duration":1000}', 'unnamed'],
])('status reads a lease with %s', async (_, holder, shown) => {
  const world = await healthyWorld(simulator);
  const sessions = await SessionService.create(betfairSessionOptionsFromEnv(world.variables));
  await sessions.getSession();
  await sessions.close();
  const directory = join(world.folder, 'session-data');
  const store = new FileStorage({ directory });
  const [name = ''] = (await readdir(directory)).flatMap(
    (file) => /^session-.*?\.token\.lease/.exec(file) ?? [],
  );
  const { version = '', value = '' } = (await store.read(name)) ?? {};
  const record = JSON.stringify({ ...JSON.parse(value), holder: '?' }).replace('"?"', holder);
  await store.write(name, record, { ifVersion: version });
  const { code, stdout } = await runIn(world, 'status');
  const lease = shown === undefined ? 'free' : `held by a process (${shown}), for 1 s at most`;
  expect([code, stdout.split('\n').at(-2)]).toEqual([0, `lease    ${lease}`]);
});
