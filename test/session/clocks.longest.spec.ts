import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

// Two processes as two services, each with a clock of its own: a stopped process is one whose clock stands still.
const MINUTE = 60_000;

afterEach(closeAccounts);

/** `patience` is that of the first. */
async function createPair(patience?: number) {
  const account = await createAccount();
  const [ours, theirs] = [new VirtualClock(patience), new VirtualClock()];
  const one = (await account.start({}, ours)).sessions;
  const other = (await account.start({}, theirs)).sessions;
  return { ...account, ours, theirs, one, other };
}

it('a process that is stopped for a minute between login and write overwrites nothing, and logs its own session out', async () => {
  const { simulator, storage, stored, theirs, one, other } = await createPair();
  let lost: readonly string[] = [];
  storage.fail('write', async () => {
    lost = simulator.liveTokens();
    await theirs.until(other.getSession());
    await theirs.advance(MINUTE);
  });
  const { token } = await one.getSession();
  expect(token).toBe(other.current?.token);
  expect(await stored()).toBe(token);
  expect(lost).toHaveLength(1);
  expect(simulator.liveTokens()).toEqual([token]);
  expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1 });
});

it('a login that fails after another process stored a session is made good by that session, which stays', async () => {
  const { simulator, storage, key, stored, start } = await createAccount();
  const clock = new VirtualClock();
  const winner = await start({ storage: 'mem://' });
  const { sessions } = await start(
    {
      login: 'interactive',
      certificate: undefined,
      // Asked for under the lease, right before the login is sent.
      twoFactorCode: async () => {
        await storage.put(key, (await winner.sessions.getSession()).token);
        return '123456';
      },
    },
    clock,
  );
  simulator.fail('login', { status: 503 });
  await expect(sessions.getSession()).rejects.toMatchObject({ retryable: true });
  await clock.advance(1_000);
  const { token } = await sessions.getSession();
  expect(token).toBe(winner.sessions.current?.token);
  expect(await stored()).toBe(token);
  expect(storage.counts.delete).toBe(0);
  expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1, logouts: 0 });
});

it.each([
  ['runs twice as fast', 2, 0],
  ['runs half as fast', 0.5, 0],
  ['is an hour behind', 1, 60 * MINUTE],
  ['is an hour ahead', 1, -60 * MINUTE],
])(
  'a process whose clock %s waits a whole lease, as it measures it, and one token is kept',
  async (_, rate, behind) => {
    const { simulator, stored, ours, theirs, one, other } = await createPair(500);
    theirs.setWallBack(behind);
    simulator.fail('certLogin', 'hung');
    const outcome = one.getSession().catch((error: unknown) => error);
    await ours.settle();
    const waiting = other.getSession();
    while (other.current === undefined) {
      await ours.advance(500);
      await theirs.advance(500 * rate);
    }
    expect(await outcome).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    const { token } = await waiting;
    // The lease is given back 3 s after the login failed, or taken over after the 7 s that it lasts.
    expect(theirs.monotonic()).toBeGreaterThanOrEqual(Math.min(7_000, 5_000 * rate));
    await ours.advance(MINUTE);
    expect((await one.getSession()).token).toBe(token);
    expect(await stored()).toBe(token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1, logouts: 0 });
  },
);

it('a wall clock that jumps while others wait for the lease changes nothing', async () => {
  const { simulator, ours, theirs, one, other } = await createPair();
  simulator.fail('certLogin', { slow: 400 });
  const first = one.getSession();
  await ours.settle();
  const second = other.getSession();
  await theirs.advance(1_000);
  ours.setWallBack(60 * MINUTE);
  theirs.setWallBack(-60 * MINUTE);
  const { token } = await first;
  expect((await theirs.until(second)).token).toBe(token);
  expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
});
