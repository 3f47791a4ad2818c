import { request } from 'undici';
import { closeApplications } from '../application.js';
import { createAccount, type TestAccount } from '../account.js';
import { post, RawClients, RPC, rpcCall } from '../betting.js';
import { VirtualClock } from '../virtual.clock.js';
import { workAs } from './work.js';

/** An application with a session, and clients that do what no service does. */
async function setUp() {
  const account = await createAccount();
  const clock = new VirtualClock();
  const application = await account.start({}, clock);
  const raw = new RawClients(account.simulator);
  const session = await application.sessions.getSession();
  const { endpoints } = account.simulator.options();
  const send = (url: string, headers = {}) =>
    request(url, { method: 'POST', dispatcher: raw.dispatcher, headers });
  return { ...account, ...application, clock, raw, session, endpoints, send };
}

type Setting = Awaited<ReturnType<typeof setUp>>;

/** Ends everything; returns what the invariants report. */
async function end({ simulator, invariants }: TestAccount, raw?: RawClients, given = {}) {
  await closeApplications();
  await raw?.close();
  await simulator.stop();
  return invariants.end(given);
}

const BREACHES: [string, (setting: Setting) => unknown][] = [
  [
    'a service had two logins in flight',
    ({ send, endpoints, simulator, sessions }) => {
      simulator.fail('certLogin', { slow: 50 }, { times: 2 });
      const login = () => workAs({ service: sessions }, () => send(endpoints.certLogin));
      return Promise.all([login(), login()]);
    },
  ],
  [
    'a stored token that lives was overwritten by an older one',
    async ({ simulator, sessions, session, storage, key }) => {
      simulator.endSessions();
      await sessions.refresh(session);
      const stored = await storage.read(key);
      await storage.write(key, session.token, { ifVersion: stored?.version ?? '' });
    },
  ],
  [
    'a token that is stored, or that a caller has, was logged out unasked',
    ({ send, endpoints, session }) =>
      send(endpoints.logout, { 'x-authentication': session.token, accept: 'application/json' }),
  ],
  ['run never ended', ({ sessions }) => void sessions.run(() => new Promise(() => undefined))],
  ['a secret was emitted', ({ logger, session }) => logger.log(`token: ${session.token}`)],
  ['a timer is still set', ({ clock }) => clock.timer(() => undefined, 1_000)],
  [
    'a lease was not given back',
    async ({ storage, key }) => {
      const lease = `${key}.lease`;
      const stored = await storage.read(lease);
      const held = (stored?.value ?? '').replace(
        '"holder":null',
        '"holder":{"id":"x","duration":7000}',
      );
      await storage.write(lease, held, { ifVersion: stored?.version ?? '' });
    },
  ],
  [
    'a business request was sent more than twice',
    async ({ sessions, raw, session }) => {
      const call = rpcCall('listEventTypes');
      await sessions.fetch(RPC, post(call));
      await raw.fetch(session, call);
      await raw.fetch(session, call);
    },
  ],
];

describe('the invariants report that', () => {
  it.each(BREACHES)('%s', async (what, breach) => {
    const setting = await setUp();
    await setting.clock.advance(3_000);
    await breach(setting);
    expect(await end(setting, setting.raw)).toEqual([what]);
  });

  it('something keeps the process alive', async () => {
    const account = await createAccount();
    const timer = setTimeout(() => undefined, 60_000);
    expect(await end(account)).toEqual([expect.stringContaining('still alive: Timeout')]);
    clearTimeout(timer);
  });

  it('there were more or fewer logins than given, or too many for Betfair', async () => {
    const account = await createAccount();
    const { sessions } = await account.start({ storage: 'mem://' });
    await sessions.getSession();
    account.simulator.account().banned = true;
    expect(await end(account, undefined, { logins: 2 })).toEqual([
      '1 logins instead of 2',
      "Betfair's ban was reached",
    ]);
  });

  it('nothing was broken where nothing was', async () => {
    const setting = await setUp();
    setting.simulator.endSessions();
    await setting.clock.advance(3_000);
    await setting.sessions.fetch(RPC, post(rpcCall('listEventTypes')));
    await setting.clock.advance(3_000);
    expect(await end(setting, setting.raw, { logins: 2 })).toEqual([]);
  });

  it('nothing was broken where the rest of the pause after a login is left in the record', async () => {
    const setting = await setUp();
    await setting.clock.advance(1_000);
    await closeApplications();
    const stored = await setting.storage.inner.read(`${setting.key}.lease`);
    expect(JSON.parse(stored?.value ?? '')).toMatchObject({ holder: { duration: 2_000 } });
    expect(await end(setting, setting.raw)).toEqual([]);
  });

  it('what a test states to break on purpose was not broken', async () => {
    const setting = await setUp();
    setting.invariants.expectBroken('a secret was emitted');
    await setting.clock.advance(3_000);
    expect(await end(setting, setting.raw)).toEqual([
      'not broken, although it was to be: a secret was emitted',
    ]);
  });
});
