import type { Type } from '@nestjs/common';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';
import { BetfairSimulator, type BetfairSimulatorOptions } from 'nestjs-betfair-session/testing';
import { closeApplications, createSessions, type TestApplication } from './application.js';
import { FaultyStorage } from './faulty.storage.js';
import type { VirtualClock } from './virtual.clock.js';

/** One account at a simulated Betfair with a store that can fail, made anew for each test. */
export interface TestAccount {
  readonly simulator: BetfairSimulator;
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

const started: BetfairSimulator[] = [];

export async function createAccount(settings: BetfairSimulatorOptions = {}): Promise<TestAccount> {
  const simulator = await BetfairSimulator.start(settings);
  started.push(simulator);
  const storage = new FaultyStorage();
  const key = 'session.token';
  const options = {
    ...simulator.options(),
    storage,
    sessionKey: key,
    sessionLifetime: undefined,
    requestTimeout: 2_000,
  };
  return {
    simulator,
    storage,
    key,
    start: (overrides = {}, clock, controllers = []) =>
      createSessions(merge(options, overrides), { controllers, ...(clock && { clock }) }),
    stored: async () => (await storage.inner.read(key))?.value,
  };
}

/** Ends what tests left open, and asserts that none came near Betfair's ban. For `afterEach`. */
export async function closeAccounts(): Promise<void> {
  await closeApplications();
  const banned = started.some((simulator) => simulator.banned());
  await Promise.all(started.splice(0).map((simulator) => simulator.stop()));
  expect(banned).toBe(false);
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
