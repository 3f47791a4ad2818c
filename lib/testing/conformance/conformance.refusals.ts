import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';
import { assertStored, isConflict, rejection, type Cases } from './conformance.context.js';

/** Conditions that some stores take for "no condition", and then overwrite the value. */
const NO_CONDITIONS: readonly unknown[] = [
  { ifVersion: '' },
  { ifVersion: undefined },
  { ifVersion: null },
  {},
  undefined,
];
const NO_WRITE_CONDITIONS: readonly unknown[] = [
  ...NO_CONDITIONS,
  { ifAbsent: false },
  { ifAbsent: undefined },
  { ifAbsent: true, ifVersion: 'both' },
];

export const refusalCases: Cases = {
  'refuses a write without exactly one condition and changes nothing': {
    async check({ open, newKey }) {
      const storage = await open();
      const [key, absent] = [newKey(), newKey()];
      await storage.write(key, 'first', { ifAbsent: true });
      for (const condition of NO_WRITE_CONDITIONS) {
        for (const target of [key, absent]) {
          const writing = call(storage, 'write', [target, 'second', condition]);
          await assertRefused(writing, `a write with the condition ${inspect(condition)}`);
        }
      }
      await assertStored(storage, key, 'first');
      await assertStored(storage, absent, undefined);
    },
  },

  'refuses a delete without a version and changes nothing': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      await storage.write(key, 'first', { ifAbsent: true });
      for (const condition of NO_CONDITIONS) {
        const deleting = call(storage, 'delete', [key, condition]);
        await assertRefused(deleting, `a delete with the condition ${inspect(condition)}`);
      }
      await assertStored(storage, key, 'first');
    },
  },

  'rejects when the signal is already aborted and changes nothing': {
    async check({ open, newKey }) {
      const storage = await open();
      const [key, absent] = [newKey(), newKey()];
      const ifVersion = await storage.write(key, 'first', { ifAbsent: true });
      const aborted = { signal: AbortSignal.abort() };
      await rejection(storage.read(key, aborted), 'a read with an aborted signal');
      await rejection(storage.write(key, 'second', { ifVersion }, aborted), 'an aborted replace');
      await rejection(storage.write(absent, 'x', { ifAbsent: true }, aborted), 'an aborted create');
      await rejection(storage.delete(key, { ifVersion }, aborted), 'an aborted delete');
      assert.deepEqual({ ...(await storage.read(key)) }, { value: 'first', version: ifVersion });
      await assertStored(storage, absent, undefined);
    },
  },

  'puts no stored value into an error': {
    async check({ open, newKey }) {
      const storage = await open();
      const [key, other] = [newKey(), newKey()];
      const [stored, offered] = ['CANARY-stored-4f1c', 'CANARY-offered-9b2e'];
      const stale = await storage.write(key, stored, { ifAbsent: true });
      const current = await storage.write(key, `${stored}-2`, { ifVersion: stale });
      const aborted = { signal: AbortSignal.abort() };
      const errors = await Promise.all([
        rejection(storage.write(key, offered, { ifAbsent: true }), 'a second create'),
        rejection(storage.write(key, offered, { ifVersion: stale }), 'a stale replace'),
        rejection(storage.write(other, offered, { ifVersion: stale }), 'a replace of nothing'),
        rejection(storage.delete(key, { ifVersion: stale }), 'a stale delete'),
        rejection(call(storage, 'write', [key, offered, {}]), 'a write without a condition'),
        rejection(storage.write(key, offered, { ifVersion: current }, aborted), 'an aborted write'),
      ]);
      for (const error of errors) {
        const shown = [
          inspect(error, { depth: Infinity, showHidden: true, getters: true }),
          JSON.stringify(error) ?? '',
          String(error),
        ].join('\n');
        assert.ok(!shown.includes('CANARY'), 'an error shows a stored or offered value');
      }
    },
  },
};

/** Calls with arguments that the types forbid. An error that is thrown becomes a rejection. */
async function call(
  storage: SessionStorage,
  method: 'write' | 'delete',
  parameters: readonly unknown[],
): Promise<unknown> {
  return Reflect.apply(Reflect.get(storage, method), storage, parameters);
}

async function assertRefused(operation: Promise<unknown>, what: string): Promise<void> {
  const error = await rejection(operation, what);
  // Callers try again after a conflict, which would hide the mistake.
  assert.ok(!isConflict(error), `${what} should be an error of its own, not a conflict`);
}
