import type { BetfairSession, SessionEvent } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

describe('session$', () => {
  it('begins with the current session for a late subscriber, and continues with every new one', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const [early, late]: BetfairSession[][] = [[], []];
    sessions.session$.subscribe((session) => early?.push(session));
    expect(early).toEqual([]);
    const first = await sessions.getSession();
    sessions.session$.subscribe((session) => late?.push(session));
    expect(late).toEqual([first]);
    simulator.endSessions();
    const second = await sessions.refresh(first);
    expect(early).toEqual([first, second]);
    expect(late).toEqual([first, second]);
  });

  it('does not begin with a session that may not be served any more', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    await clock.advance(12 * 3_600_000);
    const seen: BetfairSession[] = [];
    sessions.session$.subscribe((session) => seen.push(session));
    expect(seen).toEqual([]);
  });

  it('tells of a session only when calls can be made with it', async () => {
    const { start } = await createAccount();
    const { sessions } = await start();
    const served: Promise<BetfairSession>[] = [];
    sessions.session$.subscribe(() => served.push(sessions.getSession()));
    const session = await sessions.getSession();
    expect(await Promise.all(served)).toEqual([session]);
    expect(sessions.current).toBe(session);
  });
});

it('events say when they happened, on the clock of the machine', async () => {
  const clock = new VirtualClock();
  const { start } = await createAccount();
  const { sessions } = await start({}, clock);
  const events: SessionEvent[] = [];
  sessions.events$.subscribe((event) => events.push(event));
  const began = clock.wall();
  await sessions.getSession();
  await clock.advance(60_000);
  await sessions.keepAlive();
  expect(events).toEqual([
    { type: 'loggedIn', generation: 1, at: new Date(began) },
    { type: 'keptAlive', generation: 1, at: new Date(began + 60_000) },
  ]);
});

it('both streams complete when the application ends', async () => {
  const { start } = await createAccount();
  const { sessions, close } = await start();
  const ended: string[] = [];
  sessions.events$.subscribe({ complete: () => ended.push('events$') });
  sessions.session$.subscribe({ complete: () => ended.push('session$, early') });
  await sessions.getSession();
  sessions.session$.subscribe({ complete: () => ended.push('session$, late') });
  await close();
  expect(ended.toSorted()).toEqual(['events$', 'session$, early', 'session$, late']);
});
