import { chown, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CERTIFICATE_FILES } from '../../../lib/cli/simulator/simulator.certificates.js';
import { cleanUp, MAIN, run } from './support/command.js';
import { healthyWorld, runIn, type World } from './support/world.js';

let simulator: BetfairSimulator;
let world: World;

beforeAll(async () => {
  simulator = await BetfairSimulator.start();
});

beforeEach(async () => {
  world = await healthyWorld(simulator);
});

afterEach(() => {
  simulator.account().loginCode = undefined;
});

afterAll(async () => {
  await simulator.stop();
  await cleanUp();
});

/** Gets a session as an application does, and ends the service. */
async function start(): Promise<string | undefined> {
  const sessions = await SessionService.create(betfairSessionOptionsFromEnv(world.variables));
  const session = await sessions.getSession().catch(() => undefined);
  await sessions.close();
  return session?.token;
}

async function refuse(loginCode: string): Promise<void> {
  simulator.account().loginCode = loginCode;
  await start();
  simulator.account().loginCode = undefined;
}

const itOnLinux = process.platform === 'linux' ? it : it.skip;
/** Only root can give files to another user. */
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
if (itAsRoot === it.skip)
  console.warn('NOT RUN: what commands do as root, because this is not root.');

const OTHER_USER = 1_234;

/** Gives the files of the store to a user, as if the application of that user had written them. */
async function giveStoreTo(user: number): Promise<readonly string[]> {
  const folder = join(world.folder, 'session-data');
  const names = await readdir(folder);
  await Promise.all(['', ...names].map((name) => chown(join(folder, name), user, user)));
  return names;
}

async function ownersOfStore(): Promise<readonly number[]> {
  const folder = join(world.folder, 'session-data');
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => (await stat(join(folder, name))).uid));
}

/** Runs a command that must send nothing to Betfair. */
async function runAlone(...args: readonly string[]) {
  const before = simulator.counts;
  const outcome = await runIn(world, ...args);
  expect(simulator.counts).toEqual(before);
  return outcome;
}

describe('status', () => {
  it('says that it cannot know whether a login is allowed without the credentials', async () => {
    await refuse('ACCOUNT_NOW_LOCKED');
    await rm(join(world.folder, CERTIFICATE_FILES.clientKey));
    const { code, stdout } = await runAlone('status', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      login: { allowed: null, reason: expect.stringMatching(/KEY_FILE|key.*ACCOUNT_NOW_LOCKED/s) },
    });
  });

  it.each([['status'], ['logout']])('makes no store in a wrong place: %s', async (command) => {
    const before = await readdir(world.folder);
    await runAlone(command);
    expect(await readdir(world.folder)).toEqual(before);
  });

  it('shows that nothing is stored yet', async () => {
    const { code, stdout, stderr } = await runAlone('status');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^session {2}none is stored: session-[0-9a-f]{16}\.token in\n +file:\//);
    expect(stdout).toMatch(/^login {4}allowed\nlease {4}free\n$/m);
  });

  itOnLinux.each([['status'], ['status --json']])('fails on a full disk: %s', async (args) => {
    const line = `"$0" "$1" ${args} >/dev/full`;
    const shell = run('sh', ['-c', line, process.execPath, MAIN], world.folder, world.variables);
    const { code, stderr } = await shell.ended;
    expect([code, stderr]).toEqual([1, 'Error: The output cannot be written (ENOSPC).\n']);
  });

  it('shows a stored session as JSON, without its token', async () => {
    const token = await start();
    const { code, stdout } = await runAlone('status', '--json');
    expect(code).toBe(0);
    const status: unknown = JSON.parse(stdout);
    expect(status).toMatchObject({
      store: `file:${join(world.folder, 'session-data')}`,
      session: { key: expect.stringMatching(/^session-/), stored: true },
      login: { allowed: true },
    });
    expect(stdout).not.toContain(token);
  });

  it('shows a ban with its end and reason, and a refusal without an end', async () => {
    await refuse('TEMPORARY_BAN_TOO_MANY_REQUESTS');
    const banned: unknown = JSON.parse((await runAlone('status', '--json')).stdout);
    expect(banned).toMatchObject({
      login: {
        allowed: false,
        until: expect.stringMatching(/^\d{4}-.*Z$/),
        reason: expect.stringContaining('TEMPORARY_BAN_TOO_MANY_REQUESTS'),
      },
    });
    await runAlone('unblock');
    await refuse('ACCOUNT_NOW_LOCKED');
    const { code, stdout } = await runAlone('status');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^login {4}blocked\. Betfair refused the login with ACCOUNT_NOW_LOCKED\./m,
    );
  });

  it('names every fault of the variables, with exit code 1', async () => {
    const { folder, variables } = world;
    world = { folder, variables: { ...variables, BETFAIR_PASSWORD: '', BETFAIR_APP_KEY: '' } };
    const { code, stdout, stderr } = await runAlone('status', '--json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'Error: BETFAIR_PASSWORD: set this environment variable.\nError: BETFAIR_APP_KEY: set this environment variable.\n',
    );
  });

  it('says that a store in memory shows nothing, with exit code 1', async () => {
    const { folder, variables } = world;
    world = { folder, variables: { ...variables, BETFAIR_STORAGE: 'mem://' } };
    const { code, stdout, stderr } = await runAlone('status');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Error: The store is in memory \(mem:\/\/\)/);
  });
});

describe('unblock', () => {
  it('says what it lifts, and the next start logs in', async () => {
    await refuse('KYC_SUSPEND');
    expect(await start()).toBeUndefined();
    const { code, stdout } = await runAlone('unblock');
    expect([code, stdout]).toEqual([
      0,
      'Lifted the refusal KYC_SUSPEND.\nThe next call that needs a session may log in.\n',
    ]);
    expect(await start()).toBe(simulator.liveTokens().at(-1));
  });

  it('names the end of a ban', async () => {
    await refuse('TEMPORARY_BAN_TOO_MANY_REQUESTS');
    const { stdout } = await runAlone('unblock');
    expect(stdout).toMatch(/^Lifted the ban until 2\d{3}-\d\d-\d\dT.*Z\.\n/);
    expect(await start()).toBeDefined();
  });

  itAsRoot('and the others do not write as root among the files of another user', async () => {
    const expectRefused = async (...args: readonly string[]) => {
      const names = await giveStoreTo(OTHER_USER);
      const { code, stdout, stderr } = await runAlone(...args);
      expect(code).toBe(1);
      expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toMatch(
        /belong to the user 1234, .* sudo -u '#1234' …, or docker exec -u 1234 …\./,
      );
      expect(await ownersOfStore()).toEqual(names.map(() => OTHER_USER));
      await giveStoreTo(0);
    };
    await start();
    await expectRefused('logout', '--yes');
    await expectRefused('doctor');
    simulator.endSessions();
    await refuse('KYC_SUSPEND');
    await expectRefused('unblock');
    expect((await runAlone('unblock')).stdout).toMatch(/^Lifted the refusal KYC_SUSPEND/);
  });

  it('says that there was nothing to lift', async () => {
    const { code, stdout } = await runAlone('unblock');
    expect([code, stdout]).toEqual([0, 'Nothing was recorded against a login.\n']);
  });

  it('says why the store fails, with exit code 1', async () => {
    await writeFile(join(world.folder, 'session-data'), '');
    const { code, stdout, stderr } = await runAlone('unblock');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Error: The session directory\s+".*" cannot be used/);
  });
});

describe('logout', () => {
  it('only says what would happen without --yes, with exit code 2', async () => {
    const token = await start();
    const { code, stdout } = await runAlone('logout');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^This would end the session that is stored as /);
    expect(stdout).toMatch(/add\s+--yes\.\n$/);
    expect(simulator.liveTokens()).toContain(token);
  });

  it('ends the session and removes it with --yes', async () => {
    const token = await start();
    const { code, stdout } = await runIn(world, 'logout', '--yes');
    expect([code, stdout.replaceAll(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringMatching(/^Ended the session, and removed session-.*session-data\. $/),
    ]);
    expect(simulator.liveTokens()).not.toContain(token);
    const left = await readdir(join(world.folder, 'session-data'));
    expect(left.filter((name) => name.endsWith('.token') && !name.startsWith('.'))).toEqual([]);
  });

  it('says that there is no session to end', async () => {
    const { code, stdout } = await runAlone('logout', '--yes');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^No session is stored \(/)]);
  });

  it('says that Betfair did not answer, with exit code 1, and keeps the session stored', async () => {
    await start();
    simulator.fail('logout', { status: 503 });
    const { code, stderr } = await runIn(world, 'logout', '--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: Betfair's identity service answered HTTP 503/);
    expect((await runAlone('status')).stdout).toMatch(/^session {2}stored: /);
  });
});

it('logout makes no login, also where the keep-alive is scheduled and the session is dead', async () => {
  await start();
  simulator.endSessions();
  const { logins } = simulator.counts;
  const variables = { ...world.variables, BETFAIR_KEEP_ALIVE: 'true' };
  const { code } = await runIn({ ...world, variables }, 'logout', '--yes');
  expect([code, simulator.counts.logins]).toEqual([0, logins]);
});
