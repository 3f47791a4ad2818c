import type { BetfairSimulatorOptions } from 'nestjs-betfair-session/testing';
import { formatLoginRecord, type LoginRecord } from '../../../lib/login/lease/lease.record.js';
import { createAccount } from '../../support/account.js';
import { VirtualClock } from '../../support/virtual.clock.js';

/** Services of one account on one store and one clock, and the record that they share. */
export async function createFleet(settings: BetfairSimulatorOptions = {}) {
  const clock = new VirtualClock();
  const account = await createAccount(settings);
  const { inner } = account.storage;
  const name = `${account.key}.lease`;
  return {
    ...account,
    clock,
    application: (overrides = {}) => account.start(overrides, clock),
    start: async (overrides = {}) => (await account.start(overrides, clock)).sessions,
    recordText: async () => (await inner.read(name))?.value ?? '',
    record: async (): Promise<LoginRecord> => JSON.parse((await inner.read(name))?.value ?? '{}'),
    /** Changes the record as another process does. */
    changeRecord: async (change: (record: LoginRecord) => Partial<LoginRecord>) => {
      const stored = await inner.read(name);
      const record: LoginRecord = JSON.parse(stored?.value ?? '');
      const changed = formatLoginRecord({ ...record, ...change(record) });
      await inner.write(name, changed, { ifVersion: stored?.version ?? '' });
    },
    deleteRecord: async () => {
      const stored = await inner.read(name);
      await inner.delete(name, { ifVersion: stored?.version ?? '' });
    },
  };
}
