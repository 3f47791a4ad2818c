import { chown, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { cleanUp } from './support/command.js';
import { healthyWorld, runIn, type World } from './support/world.js';

/** Only root can give files to another user. */
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;
if (describeAsRoot === describe.skip)
  console.warn('NOT RUN: who owns what commands write as root, because this is not root.');

const OTHER_USER = 1_234;

let simulator: BetfairSimulator;
let world: World;
let store: string;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});

beforeEach(async () => {
  world = await healthyWorld(simulator);
  store = join(world.folder, 'session-data');
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

async function giveToOther(folder: string): Promise<void> {
  await chown(folder, OTHER_USER, OTHER_USER);
}

/** Runs a command that must refuse, because of the owner of `directory`, and write nothing. */
async function expectRefused(directory: string, ...args: readonly string[]): Promise<void> {
  const before = await readdir(world.folder, { recursive: true });
  const { loginAttempts } = simulator.counts;
  const { code, stdout, stderr } = await runIn(world, ...args);
  expect(code).toBe(1);
  const said = `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
  expect(said).toContain(`The directory "${directory}" belongs to the user ${OTHER_USER}, whose`);
  expect(said).toMatch(
    /sudo -u '#1234' …, or docker exec -u 1234 …\. If .* root, start it first\./,
  );
  expect(await readdir(world.folder, { recursive: true })).toEqual(before);
  expect(simulator.counts.loginAttempts).toBe(loginAttempts);
}

describeAsRoot('a command that root runs before the first start of an application', () => {
  it.each([['doctor'], ['doctor --login'], ['unblock']])(
    'does not make the directory among the files of another user: %s',
    async (command) => {
      await giveToOther(world.folder);
      await expectRefused(world.folder, ...command.split(' '));
    },
  );

  it.each([['doctor'], ['doctor --login'], ['unblock']])(
    'writes nothing into the empty directory of another user: %s',
    async (command) => {
      await mkdir(store);
      await giveToOther(store);
      await expectRefused(store, ...command.split(' '));
    },
  );

  it('still refuses after a doctor of root has left hidden files', async () => {
    await runIn(world, 'doctor');
    expect(await readdir(store)).toContain('.gitignore');
    await giveToOther(store);
    await expectRefused(store, 'doctor', '--login');
  });

  it('writes into the directory of root', async () => {
    await giveToOther(world.folder);
    await mkdir(store);
    expect((await runIn(world, 'doctor', '--login')).code).toBe(0);
  });
});

describeAsRoot('a command that root runs beside an application of root', () => {
  it('writes where that application keeps its files, whoever made the directory', async () => {
    await mkdir(store);
    await giveToOther(store);
    const sessions = await SessionService.create(betfairSessionOptionsFromEnv(world.variables));
    await sessions.getSession();
    await sessions.close();
    expect((await runIn(world, 'doctor', '--login')).code).toBe(0);
    expect((await runIn(world, 'unblock')).code).toBe(0);
  });
});
