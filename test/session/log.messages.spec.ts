import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  getSessionServiceToken,
  SessionService,
  SessionStorageError,
} from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { RecordingLogger } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

const TWELVE_HOURS = 12 * 3_600_000;

afterEach(closeAccounts);

/** What was said since it was asked the last time: the level and the text. */
function reader({ lines }: RecordingLogger): () => unknown[][] {
  let read = lines.length;
  return () => {
    const said = lines.slice(read).filter((line) => line.at(-1) === 'BetfairSession');
    read = lines.length;
    return said.map(([level, text]) => [level, text]);
  };
}

describe("the application's log", () => {
  it('tells of logins, keep-alives, resumed sessions and logouts', async () => {
    const { start } = await createAccount();
    const first = await start();
    let said = reader(first.logger);
    await first.sessions.getSession();
    expect(said()).toEqual([['log', 'Logged in to Betfair.']]);
    // A matter of course, many times a day.
    await first.sessions.keepAlive();
    expect(said()).toEqual([['debug', 'Extended the Betfair session with keepAlive.']]);
    await first.close();
    const { sessions, logger } = await start();
    said = reader(logger);
    await sessions.getSession();
    expect(said()).toEqual([['log', 'Resumed the stored Betfair session.']]);
    await sessions.logout();
    expect(said()).toEqual([['log', 'Logged out of Betfair.']]);
  });

  it('tells of a session that Betfair rejects', async () => {
    const { simulator, start } = await createAccount();
    const { sessions, logger } = await start({ storage: 'mem://' });
    const session = await sessions.getSession();
    simulator.endSessions();
    const said = reader(logger);
    await sessions.refresh(session);
    expect(said()).toEqual([
      ['log', 'Betfair rejected the session; renewing it.'],
      ['log', 'Logged in to Betfair.'],
    ]);
  });

  it('warns, once a try, while Betfair cannot be asked', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions, logger } = await start({ storage: 'mem://' }, clock);
    const said = reader(logger);
    simulator.fail('certLogin', { status: 503 });
    const refused = await sessions.getSession().catch((error: unknown) => error);
    await sessions.getSession().catch(() => undefined);
    const warning = ['warn', expect.stringContaining('says nothing about the session')];
    expect(said()).toEqual([warning]);
    expect(refused).toMatchObject({ message: warning[1] });
    await clock.advance(1_000);
    await sessions.getSession();
    await clock.advance(TWELVE_HOURS);
    said();
    simulator.fail('keepAlive', { status: 503 });
    await sessions.getSession();
    expect(said()).toEqual([warning]);
  });

  it('names as an error what a person must act on, and says when that is over', async () => {
    const { simulator, start } = await createAccount();
    const { sessions, logger } = await start({ storage: 'mem://' }, new VirtualClock());
    const said = reader(logger);
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(sessions.getSession()).rejects.toThrow();
    await expect(sessions.getSession()).rejects.toThrow();
    expect(said()).toEqual([['error', expect.stringContaining('ACCOUNT_NOW_LOCKED')]]);
    await sessions.unblockLogin();
    expect(said()).toEqual([['log', 'Logins to Betfair are allowed again.']]);
  });

  it('warns of a store that fails, and says when it works again', async () => {
    const { storage, start } = await createAccount();
    const { sessions, logger } = await start({ persistence: 'best-effort' });
    const said = reader(logger);
    storage.fail('write', new SessionStorageError('The store is down.', 'unavailable'));
    await sessions.getSession();
    expect(said()[0]).toEqual(['warn', expect.stringContaining('The store is down.')]);
    await sessions.keepAlive();
    expect(said()).toContainEqual(['log', 'The session store works again.']);
  });

  it('tells accounts apart by their names', async () => {
    const { simulator } = await createAccount({ accounts: [{ username: 'a' }, { username: 'b' }] });
    const logger = new RecordingLogger();
    const module = await Test.createTestingModule({
      imports: [
        BetfairSessionModule.forRoot({ ...simulator.options('a'), name: 'alice' }),
        BetfairSessionModule.forRoot(simulator.options('b')),
      ],
    })
      .setLogger(logger)
      .compile();
    for (const token of [getSessionServiceToken('alice'), getSessionServiceToken()]) {
      await module.get<SessionService>(token).getSession();
    }
    await module.close();
    expect(logger.lines.filter(([, text]) => text === 'Logged in to Betfair.')).toEqual([
      ['log', 'Logged in to Betfair.', 'BetfairSession:alice'],
      ['log', 'Logged in to Betfair.', 'BetfairSession'],
    ]);
  });
});
