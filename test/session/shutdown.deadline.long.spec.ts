import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

const closed = { code: 'BETFAIR_CLOSED' };

/** An application in which a login, or an API request, hangs. */
async function hanging(endpoint: 'certLogin' | 'api') {
  const clock = new VirtualClock(100);
  const account = await createAccount();
  const application = await account.start({ requestTimeout: 10_000 }, clock);
  if (endpoint === 'api') await application.sessions.getSession();
  account.simulator.fail(endpoint, 'hung');
  return { ...account, ...application, clock };
}

describe('the five seconds of a shutdown', () => {
  it('begin with the first hook, and end what waits although the last hook does not come', async () => {
    const { sessions, clock } = await hanging('certLogin');
    const outcome = sessions.getSession().catch((error: unknown) => error);
    await clock.settle();
    sessions.onModuleDestroy();
    await clock.advance(4_999);
    expect(await Promise.race([outcome, Promise.resolve('waits')])).toBe('waits');
    await clock.advance(1);
    expect(await outcome).toMatchObject(closed);
  });

  it('are not started again by the last hook', async () => {
    const { sessions, clock, close } = await hanging('certLogin');
    const outcome = sessions.getSession().catch((error: unknown) => error);
    await clock.settle();
    sessions.onModuleDestroy();
    await clock.advance(3_000);
    await clock.until(close());
    expect(clock.monotonic()).toBe(5_000);
    expect(await outcome).toMatchObject(closed);
  });

  it('hold for what is first asked for after the first hook', async () => {
    const { sessions, clock, simulator } = await hanging('certLogin');
    sessions.onModuleDestroy();
    await clock.advance(4_000);
    const outcome = sessions.getSession().catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await outcome).toMatchObject(closed);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('abort requests to the API in flight, and keep later ones from being sent', async () => {
    const { sessions, clock, simulator } = await hanging('api');
    const call = () => sessions.call('SportsAPING/v1.0/listEventTypes').catch((e: unknown) => e);
    const outcome = call();
    await clock.settle();
    sessions.onModuleDestroy();
    await clock.advance(5_000);
    expect(await outcome).toMatchObject(closed);
    expect(await call()).toMatchObject(closed);
    expect(simulator.counts.calls).toBe(1);
    await expect(sessions.getSession()).rejects.toMatchObject(closed);
  });

  it('leave the rest of the pause after a login as soon as they are over, and no timer', async () => {
    const { sessions, clock, close, key, storage } = await hanging('certLogin');
    const holder = async () =>
      JSON.parse((await storage.inner.read(`${key}.lease`))?.value ?? '{}').holder;
    const outcome = sessions.getSession().catch((error: unknown) => error);
    await clock.settle();
    expect(await holder()).not.toBeNull();
    sessions.onModuleDestroy();
    await clock.advance(5_000);
    expect(await outcome).toMatchObject(closed);
    // What is left of the pause after a login that may have succeeded.
    expect(await holder()).toMatchObject({ duration: 3_000 });
    await clock.until(close());
    expect(clock.timers).toBe(0);
  });
});
