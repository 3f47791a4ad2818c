import { inspect } from 'node:util';
import axios from 'axios';
import { Agent } from 'node:https';
import {
  type BetfairSessionError,
  type SessionEvent,
  SessionStorageError,
} from 'nestjs-betfair-session';
import { closeAccounts, createAccount, type TestAccount } from '../support/account.js';
import type { TestApplication } from '../support/application.js';

afterEach(closeAccounts);

/** Every way in which a value ends up in a log, a report or a reply. */
function printed(value: unknown): string {
  return [
    inspect(value, { depth: 12, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
    JSON.stringify({ ...Object(value) }),
    value instanceof Error ? `${value.stack ?? ''} ${printed(value.cause)}` : '',
  ].join('\n');
}

/** What must never be seen, in any encoding that a log could carry it in. */
function canariesOf({ simulator }: TestAccount, seen: readonly string[]): string[] {
  const { password, applicationKey, certificate } = simulator.options();
  const keyLine = certificate.key.split('\n')[3] ?? '';
  expect(keyLine.length).toBeGreaterThan(40);
  return [password, applicationKey, keyLine, ...seen].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
}

function expectNoCanary(text: string, canaries: readonly string[]): void {
  expect(canaries.filter((canary) => text.includes(canary))).toEqual([]);
}

async function failing(work: Promise<unknown>): Promise<BetfairSessionError> {
  return work.then(
    () => {
      throw new Error('This was expected to fail.');
    },
    (error: BetfairSessionError) => error,
  );
}

/** Watches everything that an application emits while `work` goes on. */
async function emitted(
  application: TestApplication,
  work: (application: TestApplication, tokens: string[]) => Promise<unknown[]>,
): Promise<{ text: string; tokens: string[] }> {
  const { sessions, logger } = application;
  const events: SessionEvent[] = [];
  const tokens: string[] = [];
  sessions.events$.subscribe((event) => events.push(event));
  sessions.session$.subscribe(({ token }) => tokens.push(token));
  const values = await work(application, tokens);
  const everything = [...values, ...events, ...logger.lines, sessions, sessions.status];
  return { text: everything.map(printed).join('\n'), tokens };
}

describe('no password, token, application key or private key is seen', () => {
  it('in a session, however it is printed', async () => {
    const account = await createAccount();
    const { sessions } = await account.start();
    const session = await sessions.getSession();
    expect(session.headers()).toEqual({
      'X-Authentication': session.token,
      'X-Application': session.applicationKey,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    });
    const text = [
      printed(session),
      printed([session]),
      printed(structuredClone(Object.assign({}, session))),
      session.toString(),
    ].join('\n');
    expectNoCanary(text, canariesOf(account, [session.token]));
    expect(text).toContain('generation 1');
  });

  it('in events, logs, status and errors of a life with every kind of fault', async () => {
    const account = await createAccount();
    const { simulator, storage, start } = account;
    const application = await start({ persistence: 'best-effort' });
    const { text, tokens } = await emitted(application, async ({ sessions }) => {
      const values: unknown[] = [];
      await sessions.getSession();
      for (const fault of ['reset', 'html', 'truncated', { status: 302 }] as const) {
        simulator.fail('keepAlive', fault);
        values.push(await failing(sessions.keepAlive()));
      }
      // A hostile echo of what was sent.
      const session = await sessions.getSession();
      const echo = `${session.token} ${simulator.options().password}`;
      simulator.fail('keepAlive', { reply: echo });
      values.push(await failing(sessions.keepAlive()));
      simulator.fail('logout', { status: 500 });
      values.push(await failing(sessions.logout()));
      storage.fail('delete', new SessionStorageError('down', 'unavailable'));
      await sessions.getSession();
      await sessions.logout();
      const foreign = await sessions.getSession();
      values.push(await failing(sessions.fetch('https://api.betfair.example/x')));
      simulator.endSessions();
      simulator.fail('certLogin', 'reset');
      values.push(await failing(sessions.refresh(foreign)));
      return values;
    });
    expect(tokens.length).toBeGreaterThan(2);
    expectNoCanary(text, canariesOf(account, tokens));
    expect(text).toContain('BETFAIR_IDENTITY_UNAVAILABLE');
    expect(text).toContain('storageDegraded');
  });

  it('in the error of a refused login', async () => {
    const account = await createAccount();
    account.simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const { text, tokens } = await emitted(await account.start(), async ({ sessions }) => [
      await failing(sessions.getSession()),
    ]);
    expectNoCanary(text, canariesOf(account, tokens));
    expect(text).toContain('ACCOUNT_NOW_LOCKED');
  });

  it('in the error of a login whose password function fails with the password in its text', async () => {
    const account = await createAccount();
    const secret = account.simulator.options().password;
    const application = await account.start({
      password: () => {
        throw Object.assign(new Error(`cannot decode ${secret}`), { secret });
      },
    });
    const { text, tokens } = await emitted(application, async ({ sessions }) => [
      await failing(sessions.getSession()),
    ]);
    expectNoCanary(text, canariesOf(account, tokens));
  });

  it('in the error of a store that quotes what it was given', async () => {
    const account = await createAccount();
    const application = await account.start();
    const tokensSeen: string[] = [];
    account.storage.fail(
      'write',
      () => {
        const [token] = account.simulator.liveTokens();
        tokensSeen.push(String(token));
        throw Object.assign(new Error(`cannot write ${token}`), { body: token });
      },
      { times: 3 },
    );
    const { text } = await emitted(application, async ({ sessions }) => [
      await failing(sessions.getSession()),
    ]);
    expect(tokensSeen).toHaveLength(3);
    expectNoCanary(text, canariesOf(account, tokensSeen));
  });

  it('in the configuration errors of options that hold them', async () => {
    const account = await createAccount();
    const { certificate } = account.simulator.options();
    const swapped = { cert: certificate.key, key: certificate.cert };
    const error = await failing(account.start({ certificate: swapped, sessionKey: '../x' }));
    expect(error.code).toBe('BETFAIR_CONFIGURATION');
    expectNoCanary(printed(error), canariesOf(account, []));
  });

  it('in what this package adds to an error of axios, whose own config holds the headers', async () => {
    const account = await createAccount();
    const { simulator, start } = account;
    const application = await start();
    const httpsAgent = new Agent({ ca: simulator.ca });
    await application.sessions.getSession();
    simulator.endSessions();
    simulator.rejectCalls(() => true);
    const { text, tokens } = await emitted(application, async ({ sessions }) => {
      const url = `${simulator.url}/exchange/betting/rest/v1.0/listEventTypes/`;
      await failing(
        sessions.run((session) =>
          axios.post(url, { filter: {} }, { headers: session.headers(), httpsAgent }),
        ),
      );
      return [];
    });
    expectNoCanary(text, canariesOf(account, tokens));
    httpsAgent.destroy();
  });

  it('in a header: a stored text with a line break never becomes one', async () => {
    const account = await createAccount();
    await account.storage.put(account.key, 'abc\r\nX-Evil: 1');
    const { sessions } = await account.start();
    await sessions.getSession();
    expect(JSON.stringify(account.simulator.requests)).not.toContain('Evil');
  });
});
