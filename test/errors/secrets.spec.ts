import {
  type BetfairSessionErrorCode,
  BetfairSessionError,
  type BetfairSessionOptions,
  MemoryStorage,
  type SessionStorage,
  type WriteCondition,
} from 'nestjs-betfair-session';
import { type BetfairSimulator, createTestSession } from 'nestjs-betfair-session/testing';
import { errorOf, expectNoSecret, secretsOf } from '../identity/support/secrets.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { createSessions } from '../support/application.js';
import type { Invariants } from '../support/invariants/invariants.js';

const APPLICATION_KEY = 'canaryAppKey4711';
let simulator: BetfairSimulator;
let invariants: Invariants;

beforeEach(async () => {
  ({ simulator, invariants } = await createAccount({
    accounts: [{ applicationKey: APPLICATION_KEY }],
  }));
});

afterEach(closeAccounts);

function open(account: BetfairSessionOptions) {
  return createSessions(account, { invariants });
}

/** A store whose errors quote what they were given, as those of some libraries do. */
class TalkativeStorage extends MemoryStorage {
  override write(key: string, value: string, condition: WriteCondition): Promise<string> {
    const error = new Error(`PUT ${key} ${value} failed`);
    return Promise.reject(Object.assign(error, { request: { body: value, condition } }));
  }
}

async function start(changed: { storage?: SessionStorage; password?: string } = {}) {
  return open({ ...simulator.options(), ...changed });
}

function failed(error: string): { reply: object } {
  return { reply: { status: 'FAIL', error } };
}

/** How each error of a running session comes about. */
const provocations: Partial<Record<BetfairSessionErrorCode, () => Promise<unknown>>> = {
  BETFAIR_CLOSED: async () => {
    const application = await start();
    await application.close();
    return application.sessions.getSession();
  },
  BETFAIR_FOREIGN_SESSION: async () => {
    const { sessions } = await start();
    return sessions.refresh(
      createTestSession({ token: 'canary-token', applicationKey: APPLICATION_KEY }),
    );
  },
  BETFAIR_FOREIGN_URL: async () => {
    const { sessions } = await start();
    return sessions.fetch('https://elsewhere.example/exchange');
  },
  BETFAIR_IDENTITY_UNAVAILABLE: async () => {
    const { sessions } = await start();
    simulator.fail('certLogin', 'truncated', { processed: true });
    return sessions.getSession();
  },
  BETFAIR_KEEP_ALIVE_REJECTED: async () => {
    const { sessions } = await start();
    await sessions.getSession();
    simulator.fail('keepAlive', failed('A_CODE_OF_NEXT_YEAR'));
    return sessions.keepAlive();
  },
  BETFAIR_LOGIN_BLOCKED: async () => {
    const { sessions } = await start();
    simulator.account().loginCode = 'TEMPORARY_BAN_TOO_MANY_REQUESTS';
    return sessions.getSession();
  },
  BETFAIR_LOGIN_REJECTED: async () => {
    const { sessions } = await start({ password: 'canary-wrong-password' });
    return sessions.getSession();
  },
  BETFAIR_LOGOUT_REJECTED: async () => {
    const { sessions } = await start();
    await sessions.getSession();
    simulator.fail('logout', failed('A_CODE_OF_NEXT_YEAR'));
    return sessions.logout();
  },
  BETFAIR_STORAGE_UNAVAILABLE: async () => {
    const { sessions } = await start({ storage: new TalkativeStorage() });
    return sessions.getSession();
  },
};

describe('an error of a running session', () => {
  it.each(Object.entries(provocations))('%s shows no secret', async (code, provoke) => {
    const error = await errorOf(provoke());
    expect(error).toBeInstanceOf(BetfairSessionError);
    expect(error).toMatchObject({ code });
    const issued = simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []);
    const tokens = [...issued, ...simulator.liveTokens(), 'canary-token'];
    const secrets = [...secretsOf(simulator.options(), tokens), 'canary-wrong-password'];
    expectNoSecret(error, secrets);
  });
});
