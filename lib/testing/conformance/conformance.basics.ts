import assert from 'node:assert/strict';
import { assertConflict, assertStored, type Cases } from './conformance.context.js';

const VALUES = {
  empty: '',
  'one character': 'x',
  'like a token': 'q4hN+zZ1/2Xy=',
  'with a trailing newline': 'token\n',
  'with line breaks': 'one\r\ntwo\n\nthree',
  unicode: 'žluťoučký kůň — 会话 — 🐎\u0000end',
  '64 KiB': 'x'.repeat(65_535) + '!',
};

export const basicCases: Cases = {
  'reads an absent object as undefined': {
    async check({ open, newKey }) {
      const storage = await open();
      assert.equal(await storage.read(newKey()), undefined);
    },
  },

  'creates an object and reads back its value and version': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const version = await storage.write(key, 'first', { ifAbsent: true });
      assert.notEqual(version, '');
      assert.deepEqual({ ...(await storage.read(key)) }, { value: 'first', version });
      assert.deepEqual({ ...(await storage.read(key)) }, { value: 'first', version });
    },
  },

  'refuses to create an object twice and keeps the first value': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      await storage.write(key, 'first', { ifAbsent: true });
      await assertConflict(storage.write(key, 'second', { ifAbsent: true }), 'a second create');
      await assertStored(storage, key, 'first');
    },
  },

  'replaces the current version': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'first', { ifAbsent: true });
      const version = await storage.write(key, 'second', { ifVersion: first });
      assert.notEqual(version, first);
      assert.deepEqual({ ...(await storage.read(key)) }, { value: 'second', version });
    },
  },

  'refuses to replace a stale version': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'first', { ifAbsent: true });
      await storage.write(key, 'second', { ifVersion: first });
      await assertConflict(storage.write(key, 'third', { ifVersion: first }), 'a stale replace');
      await assertStored(storage, key, 'second');
    },
  },

  'refuses to replace an object that never existed': {
    async check({ open, newKey }) {
      const storage = await open();
      const [key, other] = [newKey(), newKey()];
      const version = await storage.write(other, 'other', { ifAbsent: true });
      await assertConflict(storage.write(key, 'first', { ifVersion: version }), 'a replace');
      await assertStored(storage, key, undefined);
    },
  },

  'refuses to replace an object that was deleted': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const version = await storage.write(key, 'first', { ifAbsent: true });
      await storage.delete(key, { ifVersion: version });
      await assertConflict(storage.write(key, 'second', { ifVersion: version }), 'a replace');
      await assertStored(storage, key, undefined);
    },
  },

  'gives a new version to equal content': {
    versionsOnly: true,
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'same', { ifAbsent: true });
      const second = await storage.write(key, 'same', { ifVersion: first });
      assert.notEqual(second, first);
      await assertConflict(storage.write(key, 'other', { ifVersion: first }), 'a stale replace');
      await storage.delete(key, { ifVersion: second });
      const third = await storage.write(key, 'same', { ifAbsent: true });
      assert.ok(third !== first && third !== second);
    },
  },

  'deletes the current version': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'first', { ifAbsent: true });
      const second = await storage.write(key, 'second', { ifVersion: first });
      await storage.delete(key, { ifVersion: second });
      assert.equal(await storage.read(key), undefined);
    },
  },

  'refuses to delete a stale version': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'first', { ifAbsent: true });
      await storage.write(key, 'second', { ifVersion: first });
      await assertConflict(storage.delete(key, { ifVersion: first }), 'a stale delete');
      await assertStored(storage, key, 'second');
    },
  },

  'succeeds in deleting what is absent': {
    async check({ open, newKey }) {
      const storage = await open();
      const [key, never] = [newKey(), newKey()];
      const version = await storage.write(key, 'first', { ifAbsent: true });
      await storage.delete(key, { ifVersion: version });
      await storage.delete(key, { ifVersion: version });
      await storage.delete(never, { ifVersion: version });
      assert.equal(await storage.read(never), undefined);
    },
  },

  'creates an object again after its deletion': {
    async check({ open, newKey }) {
      const [storage, key] = [await open(), newKey()];
      const first = await storage.write(key, 'first', { ifAbsent: true });
      await storage.delete(key, { ifVersion: first });
      const version = await storage.write(key, 'second', { ifAbsent: true });
      assert.deepEqual({ ...(await storage.read(key)) }, { value: 'second', version });
      await assertConflict(storage.delete(key, { ifVersion: first }), 'a stale delete');
      await assertStored(storage, key, 'second');
    },
  },

  'keeps keys apart, also those with folders': {
    async check({ open, newKey }) {
      const storage = await open();
      const keys = [newKey('.token'), newKey('.token.lease'), newKey('/a_B-9/session.token')];
      for (const key of keys) await storage.write(key, `value of ${key}`, { ifAbsent: true });
      for (const key of keys) await assertStored(storage, key, `value of ${key}`);
    },
  },

  'keeps every kind of text as it is': {
    async check({ open, newKey }) {
      const storage = await open();
      for (const [kind, value] of Object.entries(VALUES)) {
        const key = newKey();
        const version = await storage.write(key, value, { ifAbsent: true });
        const stored = await storage.read(key);
        assert.ok(stored?.value === value, `the value ${kind} came back changed`);
        assert.equal(stored.version, version, `the version of the value ${kind}`);
        await storage.write(key, 'replaced', { ifVersion: version });
        await assertStored(storage, key, 'replaced');
      }
    },
  },
};
