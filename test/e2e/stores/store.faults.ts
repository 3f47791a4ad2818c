import { createServer } from 'node:net';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import type { CloudStorage } from '../../../lib/storage/cloud/cloud.storage.js';
import { type Fault, FaultProxy } from './fault.proxy.mjs';
import type { StoreBackend } from './store.backend.js';

const CANARY = 'CANARY-token-5e1d';
/** The session manager gives up on an operation after 10 s. */
const DEADLINE = 9_900;

/** The contract, and how every store in a cloud meets the faults of networks and services. */
export function describeStore(
  name: string,
  start: () => Promise<StoreBackend>,
  { contentVersions = false } = {},
): void {
  let backend: StoreBackend;
  let proxy: FaultProxy;
  let store: CloudStorage;
  let behind: CloudStorage;

  beforeAll(async () => {
    backend = await start();
    proxy = await FaultProxy.start(backend.origin);
    store = backend.open(backend.origin);
    behind = backend.open(proxy.origin);
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await store?.close();
    await behind?.close();
    await proxy?.stop();
    await backend?.stop();
  });

  /** The failure of an operation; it shows no secret. */
  async function failureOf(operation: Promise<unknown>): Promise<unknown> {
    const error: unknown = await operation.then(
      (result) => {
        throw new Error(`It should have failed, but gave ${inspect(result)}.`);
      },
      (reason: unknown) => reason,
    );
    const shown =
      inspect(error, { depth: Infinity, showHidden: true, getters: true }) + JSON.stringify(error);
    for (const secret of [CANARY, ...backend.secrets]) expect(shown).not.toContain(secret);
    return error;
  }

  async function expectFailure(operation: Promise<unknown>, failure: StorageFailure) {
    const error = await failureOf(operation);
    if (!(error instanceof SessionStorageError)) throw error;
    expect(error.failure).toBe(failure);
    return error;
  }

  /** Each operation on an object that exists; the version is right. */
  async function allOperations(target: CloudStorage) {
    const [key, created] = [newKey(), newKey()];
    const ifVersion = await store.write(key, 'old', { ifAbsent: true });
    return {
      read: () => target.read(key),
      create: () => target.write(created, CANARY, { ifAbsent: true }),
      replace: () => target.write(key, CANARY, { ifVersion }),
      delete: () => target.delete(key, { ifVersion }),
    };
  }

  describe(`${name}: the contract`, () => {
    const cases = sessionStorageConformance({
      create: () => backend.open(backend.origin),
      contentVersions,
      rounds: 200,
    });
    for (const { name: title, run } of cases) it(title, run, 120_000);
  });

  describe(`${name}: lost answers`, () => {
    it.each(['lose', 'cut'] satisfies Fault[])('are no conflict (%s)', async (fault) => {
      const key = newKey();
      const { write, delete: remove } = backend.methods;
      proxy.next(write, fault);
      const first = await behind.write(key, 'first', { ifAbsent: true });
      expect(await store.read(key)).toEqual({ value: 'first', version: first });
      proxy.next(write, fault);
      const second = await behind.write(key, 'second', { ifVersion: first });
      expect(await store.read(key)).toEqual({ value: 'second', version: second });
      proxy.next(remove, fault);
      await behind.delete(key, { ifVersion: second });
      expect(await store.read(key)).toBeUndefined();
      expect(proxy.left).toBe(0);
    });

    it('are no conflict where the SDK repeats requests by itself', async () => {
      const key = newKey();
      const repeating = backend.openRepeating(proxy.origin);
      const { write, delete: remove } = backend.methods;
      proxy.next(write, 'lose', 'lose');
      const first = await repeating.write(key, 'first', { ifAbsent: true });
      expect(await store.read(key)).toEqual({ value: 'first', version: first });
      proxy.next(write, 'lose');
      const second = await repeating.write(key, 'second', { ifVersion: first });
      expect(await store.read(key)).toEqual({ value: 'second', version: second });
      proxy.next(remove, 'lose');
      await repeating.delete(key, { ifVersion: second });
      expect(await store.read(key)).toBeUndefined();
      expect(proxy.left).toBe(0);
      await repeating.close();
    });

    it('are a conflict where another writer has won', async () => {
      const key = newKey();
      const first = await store.write(key, 'first', { ifAbsent: true });
      await store.write(key, 'of another', { ifVersion: first });
      proxy.next(backend.methods.write, 'lose', 'lose');
      const losing = [
        behind.write(key, CANARY, { ifVersion: first }),
        behind.write(key, CANARY, { ifAbsent: true }),
      ];
      for (const write of losing) {
        expect(await failureOf(write)).toBeInstanceOf(StorageConflictError);
      }
      proxy.next(backend.methods.delete, 'lose');
      const removing = behind.delete(key, { ifVersion: first });
      expect(await failureOf(removing)).toBeInstanceOf(StorageConflictError);
      expect(await store.read(key)).toMatchObject({ value: 'of another' });
    });

    it('are looked for after a conflict only if there may be one', async () => {
      const { write } = backend.methods;
      const repeating = backend.openRepeating(proxy.origin);
      for (const [target, requests] of [
        [behind, [write]],
        [repeating, [write, 'GET']],
      ] as const) {
        const key = newKey();
        const ifVersion = await store.write(key, 'first', { ifAbsent: true });
        await store.write(key, 'of another', { ifVersion });
        for (const condition of [{ ifVersion }, { ifAbsent: true }] as const) {
          proxy.seen.length = 0;
          const losing = target.write(key, CANARY, condition);
          expect(await failureOf(losing)).toBeInstanceOf(StorageConflictError);
          expect(proxy.seen).toEqual(requests);
        }
      }
      await repeating.close();
    });

    it('are followed by one repetition of a write, and one read', async () => {
      const { write } = backend.methods;
      proxy.next(write, 'lose');
      await behind.write(newKey(), 'first', { ifAbsent: true });
      expect(proxy.seen).toEqual([write, write, 'GET']);
    });

    it('of reads are asked for again', async () => {
      const key = newKey();
      await store.write(key, 'first', { ifAbsent: true });
      proxy.next('GET', 'lose', 'cut');
      expect(await behind.read(key)).toMatchObject({ value: 'first' });
      expect(proxy.left).toBe(0);
    });
  });

  describe(`${name}: a busy service`, () => {
    it('is asked again', async () => {
      for (const reply of Object.values(backend.busy)) {
        const key = newKey();
        const { write, delete: remove } = backend.methods;
        proxy.next(write, reply, reply);
        proxy.next('GET', reply, reply);
        const first = await behind.write(key, 'first', { ifAbsent: true });
        expect(await behind.read(key)).toEqual({ value: 'first', version: first });
        proxy.next(write, reply);
        const second = await behind.write(key, 'second', { ifVersion: first });
        proxy.next(remove, reply, reply);
        await behind.delete(key, { ifVersion: second });
        expect(await store.read(key)).toBeUndefined();
        expect(proxy.left).toBe(0);
      }
    });

    it('is unavailable in the end, and works again afterwards', async () => {
      const [reply] = Object.values(backend.busy);
      const operations = await allOperations(behind);
      proxy.always(reply);
      const begun = performance.now();
      await Promise.all(
        Object.values(operations).map((operation) => expectFailure(operation(), 'unavailable')),
      );
      expect(performance.now() - begun).toBeLessThan(DEADLINE);
      expect(proxy.seen.length).toBeGreaterThan(4 * 3);
      proxy.reset();
      expect(await operations.read()).toMatchObject({ value: 'old' });
      await operations.replace();
    });
  });

  describe(`${name}: a service that does not answer`, () => {
    it('is unavailable when nothing listens', async () => {
      const dead = backend.open(await deadOrigin());
      const operations = await allOperations(dead);
      const begun = performance.now();
      await Promise.all(
        Object.values(operations).map((operation) => expectFailure(operation(), 'unavailable')),
      );
      expect(performance.now() - begun).toBeLessThan(DEADLINE);
      await dead.close();
    });

    it.each(['hang', 'hang in the body'] satisfies Fault[])(
      'is unavailable before the session manager gives up (%s)',
      async (fault) => {
        const operations = await allOperations(behind);
        proxy.always(fault);
        const begun = performance.now();
        const hanging = fault === 'hang' ? Object.values(operations) : [operations.read];
        await Promise.all(hanging.map((operation) => expectFailure(operation(), 'unavailable')));
        expect(performance.now() - begun).toBeLessThan(DEADLINE);
      },
    );

    it('ends with the signal, and a cancelled write leaves the old value', async () => {
      const key = newKey();
      const ifVersion = await store.write(key, 'old', { ifAbsent: true });
      proxy.always('hang');
      const reason = new Error('enough');
      const begun = performance.now();
      for (const operate of [
        (signal: AbortSignal) => behind.read(key, { signal }),
        (signal: AbortSignal) => behind.write(key, CANARY, { ifVersion }, { signal }),
        (signal: AbortSignal) => behind.delete(key, { ifVersion }, { signal }),
      ]) {
        const controller = new AbortController();
        const seen = proxy.seen.length;
        const failing = failureOf(operate(controller.signal));
        await until(() => proxy.seen.length > seen);
        controller.abort(reason);
        expect(await failing).toBe(reason);
      }
      expect(performance.now() - begun).toBeLessThan(4_000);
      expect(await store.read(key)).toEqual({ value: 'old', version: ifVersion });
    });

    it('ends with the signal also between two attempts', async () => {
      const key = newKey();
      proxy.always(Object.values(backend.busy)[0]);
      const controller = new AbortController();
      const failing = failureOf(
        behind.write(key, CANARY, { ifAbsent: true }, { signal: controller.signal }),
      );
      await until(() => proxy.seen.length > 1);
      controller.abort(new Error('enough'));
      expect(await failing).toBe(controller.signal.reason);
      proxy.reset();
      expect(await store.read(key)).toBeUndefined();
    });
  });

  describe(`${name}: a service that says no`, () => {
    it('is unsupported where it has no conditional writes, at the first answer', async () => {
      const { create, replace, delete: remove } = await allOperations(behind);
      proxy.always(backend.unsupported);
      proxy.seen.length = 0;
      for (const operation of [create, replace, remove]) {
        await expectFailure(operation(), 'unsupported');
      }
      expect(proxy.seen).toHaveLength(3);
    });

    it('is misconfigured where the bucket is missing, never an absent object', async () => {
      const missing = backend.openMissing();
      const operations = await allOperations(missing);
      for (const operation of Object.values(operations)) {
        await expectFailure(operation(), 'misconfigured');
      }
      await missing.close();
    });

    it('is denied in all its words, at the first answer, and the error names the permission', async () => {
      const operations = Object.entries(await allOperations(behind));
      for (const refusal of Object.values(backend.refusals)) {
        proxy.always(refusal);
        proxy.seen.length = 0;
        for (const [operation, run] of operations) {
          const { message } = await expectFailure(run(), 'denied');
          expect(message).toContain(new Map(Object.entries(backend.permissions)).get(operation));
        }
        expect(proxy.seen).toHaveLength(4);
      }
    });

    it('is denied with wrong credentials, never an absent object', async () => {
      const denied = backend.openDenied();
      const operations = await allOperations(denied);
      for (const operation of Object.values(operations)) {
        await expectFailure(operation(), 'denied');
      }
      await denied.close();
    });
  });

  it(`${name}: a store shows no secret when inspected or serialised`, () => {
    const shown =
      inspect(behind, { depth: Infinity, showHidden: true, getters: true }) +
      JSON.stringify(behind);
    for (const secret of backend.secrets) expect(shown).not.toContain(secret);
  });
}

function newKey(): string {
  return `faults/${randomUUID()}.token`;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Where nothing listens any more. */
async function deadOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return `http://127.0.0.1:${address.port}`;
}
