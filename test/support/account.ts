import type { Type } from '@nestjs/common';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';
import { BetfairSimulator, type BetfairSimulatorOptions } from 'nestjs-betfair-session/testing';
import { closeApplications, createSessions, type TestApplication } from './application.js';
import { FaultyStorage } from './faulty.storage.js';
import { alive, Invariants } from './invariants/invariants.js';
import type { VirtualClock } from './virtual.clock.js';

/** One account at a simulated Betfair with a store that can fail, made anew for each test. */
export interface TestAccount {
  readonly simulator: BetfairSimulator;
  /** Asserted by {@link closeAccounts}. */
  readonly invariants: Invariants;
  readonly storage: FaultyStorage;
  readonly key: string;
  /** Starts an application; what `overrides` names replaces the options. */
  readonly start: (
    overrides?: Partial<BetfairSessionOptions>,
    clock?: VirtualClock,
    controllers?: Type[],
  ) => Promise<TestApplication>;
  /** What the store holds now. */
  readonly stored: () => Promise<string | undefined>;
}

const started: TestAccount[] = [];

export async function createAccount(settings: BetfairSimulatorOptions = {}): Promise<TestAccount> {
  const before = alive();
  const simulator = await BetfairSimulator.start(settings);
  const invariants = new Invariants(simulator, before);
  const storage = new FaultyStorage();
  const key = 'session.token';
  const options = {
    ...simulator.options(),
    storage,
    sessionKey: key,
    sessionLifetime: undefined,
    requestTimeout: 2_000,
  };
  const account: TestAccount = {
    simulator,
    invariants,
    storage,
    key,
    start: (overrides = {}, clock, controllers = []) =>
      createSessions(merge(options, overrides), { controllers, clock, invariants }),
    stored: async () => (await storage.inner.read(key))?.value,
  };
  started.push(account);
  return account;
}

/** Ends what tests left open, and asserts that every invariant held. For `afterEach`. */
export async function closeAccounts(): Promise<void> {
  const accounts = started.splice(0);
  await closeApplications();
  await Promise.all(accounts.map(({ simulator }) => simulator.stop()));
  const broken: string[] = [];
  for (const { invariants } of accounts) broken.push(...(await invariants.end()));
  expect(broken).toEqual([]);
}

/** As many calls at once. */
export function times<T>(count: number, work: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => work(index));
}

function merge(
  options: BetfairSessionOptions,
  overrides: Partial<BetfairSessionOptions>,
): BetfairSessionOptions {
  return Object.assign({ ...options }, overrides);
}
