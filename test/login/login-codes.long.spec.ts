import os from 'node:os';
import { jest } from '@jest/globals';
import { classifyLoginCode, loginCodes } from '../../lib/identity/login-codes.js';
import type { LoginCodeKind } from '../../lib/identity/login-codes.table.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAccounts();
});

/** What follows a code. */
interface Consequences {
  /** Attempts of a process that asks every ten seconds for a minute. */
  readonly attempts: readonly [least: number, most: number];
  /** Attempts of another process with the same credentials, on another host. */
  readonly elsewhere: number;
  /** Attempts of another process on this host with a new password. */
  readonly corrected: number;
  /** Milliseconds after which the same process tries again; `undefined`: never in a day. */
  readonly bindsFor: number | undefined;
  /** What the message says first. */
  readonly words: (code: string, action: string) => string;
}

const CONSEQUENCES: Readonly<Record<LoginCodeKind, Consequences>> = {
  transient: {
    attempts: [3, 7],
    elsewhere: 1,
    corrected: 1,
    bindsFor: MINUTE,
    words: (code) => `Betfair's identity service answered ${code}`,
  },
  ban: {
    attempts: [1, 1],
    elsewhere: 0,
    corrected: 0,
    bindsFor: 20 * MINUTE,
    words: () => 'Betfair has banned this account from logging in for 20 minutes',
  },
  place: {
    attempts: [1, 1],
    elsewhere: 1,
    corrected: 0,
    bindsFor: 15 * MINUTE,
    words: (code, action) => `Betfair refused the login with ${code}. ${action}`,
  },
  strongCode: {
    // One in 30 seconds; the third would be the last.
    attempts: [2, 2],
    elsewhere: 0,
    corrected: 0,
    bindsFor: MINUTE,
    words: (code) => `Betfair refused the two-factor code (${code})`,
  },
  credentials: {
    attempts: [1, 1],
    elsewhere: 0,
    corrected: 1,
    bindsFor: undefined,
    words: (code, action) => `Betfair refused the login with ${code}. ${action}`,
  },
  account: {
    attempts: [1, 1],
    elsewhere: 0,
    corrected: 1,
    bindsFor: undefined,
    words: (code, action) =>
      `Betfair refused the login with ${code}. ${action} When this is settled, call unblockLogin()`,
  },
};

describe.each([...loginCodes, 'A_CODE_OF_NEXT_YEAR'])('%s', (code) => {
  const { kind, action } = classifyLoginCode(code);
  const { attempts, elsewhere, corrected, bindsFor, words } = CONSEQUENCES[kind];

  async function createRefused() {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = code;
    const { sessions } = await start({}, clock);
    const ask = (service = sessions): Promise<string> =>
      clock.until(service.getSession()).then(
        () => 'a session',
        ({ message }: Error) => message,
      );
    const attemptsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const before = simulator.counts.loginAttempts;
      await work();
      return simulator.counts.loginAttempts - before;
    };
    expect(await ask()).toContain(words(code, action));
    return { ask, attemptsOf, clock, simulator, start };
  }

  it(`binds for as long as a refusal of the kind "${kind}" does`, async () => {
    const { ask, attemptsOf, clock, simulator } = await createRefused();
    for (let asked = 1; asked < 6; asked += 1) {
      await clock.advance(10_000);
      await ask();
    }
    const made = simulator.counts.loginAttempts;
    expect(made).toBeGreaterThanOrEqual(attempts[0]);
    expect(made).toBeLessThanOrEqual(attempts[1]);
    await clock.advance(bindsFor ?? DAY);
    expect(await attemptsOf(ask)).toBe(bindsFor === undefined ? 0 : 1);
  });

  it(`binds whom a refusal of the kind "${kind}" does`, async () => {
    const { ask, attemptsOf, clock, start } = await createRefused();
    const changed = await start({ password: 'another' }, clock);
    expect(await attemptsOf(() => ask(changed.sessions))).toBe(corrected);
    jest.spyOn(os, 'hostname').mockReturnValue('another-host');
    const other = await start({}, clock);
    jest.restoreAllMocks();
    expect(await attemptsOf(() => ask(other.sessions))).toBe(elsewhere);
  });
});
