import assert from 'node:assert/strict';
import type {
  SessionStorage,
  WriteCondition,
} from '../../storage/contract/session-storage.interface.js';
import { assertConflict, assertStored, isConflict, type Cases } from './conformance.context.js';

const WRITERS = 8;

export const raceCases: Cases = {
  'shows the writes of one instance to another': {
    async check({ open, newKey }) {
      const [one, two, key] = [await open(), await open(), newKey()];
      const first = await one.write(key, 'first', { ifAbsent: true });
      assert.deepEqual({ ...(await two.read(key)) }, { value: 'first', version: first });
      const second = await two.write(key, 'second', { ifVersion: first });
      await assertConflict(one.write(key, 'third', { ifVersion: first }), 'a stale replace');
      assert.deepEqual({ ...(await one.read(key)) }, { value: 'second', version: second });
      await one.delete(key, { ifVersion: second });
      await assertStored(two, key, undefined);
    },
  },

  'lets one of eight creators win': {
    async check({ open, newKey, rounds }) {
      const instances = [await open(), await open()];
      for (let round = 0; round < rounds; round++) {
        await race(instances, newKey(), { ifAbsent: true });
      }
    },
  },

  'lets one of eight replacers win': {
    async check({ open, newKey, rounds }) {
      const [one, two, key] = [await open(), await open(), newKey()];
      let ifVersion = await one.write(key, 'start', { ifAbsent: true });
      for (let round = 0; round < rounds; round++) {
        ifVersion = await race([one, two], key, { ifVersion }, `round ${round} `);
      }
    },
  },

  'lets either a deletion or a replacement win': {
    async check({ open, newKey, rounds }) {
      const [one, two] = [await open(), await open()];
      for (let round = 0; round < rounds; round++) {
        const key = newKey();
        const ifVersion = await one.write(key, 'start', { ifAbsent: true });
        const [replacing, deleting] = await Promise.allSettled([
          one.write(key, 'replaced', { ifVersion }),
          two.delete(key, { ifVersion }),
        ]);
        assertWonOrConflict(replacing);
        assertWonOrConflict(deleting);
        assert.notEqual(replacing.status, deleting.status, 'exactly one of the two wins');
        await assertStored(one, key, deleting.status === 'fulfilled' ? undefined : 'replaced');
      }
    },
  },
};

/** Writes eight values under one condition at once, and returns the version of the only winner. */
async function race(
  instances: readonly SessionStorage[],
  key: string,
  condition: WriteCondition,
  prefix = '',
): Promise<string> {
  const values = Array.from({ length: WRITERS }, (_, writer) => `${prefix}writer ${writer}`);
  const results = await Promise.allSettled(
    values.map(async (value, writer) => {
      const storage = instances[writer % instances.length];
      assert.ok(storage);
      return { value, version: await storage.write(key, value, condition) };
    }),
  );
  results.forEach(assertWonOrConflict);
  const winners = results.flatMap((result) =>
    result.status === 'fulfilled' ? [result.value] : [],
  );
  assert.equal(winners.length, 1, `${winners.length} of ${WRITERS} writers won`);
  const [winner] = winners;
  assert.ok(winner);
  for (const storage of instances) {
    assert.deepEqual({ ...(await storage.read(key)) }, winner);
  }
  return winner.version;
}

function assertWonOrConflict(result: PromiseSettledResult<unknown>): void {
  if (result.status === 'rejected' && !isConflict(result.reason)) throw result.reason;
}
