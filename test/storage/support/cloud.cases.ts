import { inspect } from 'node:util';
import { jest } from '@jest/globals';
import {
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from 'nestjs-betfair-session';
import type { CloudStorage } from '../../../lib/storage/cloud/cloud.storage.js';
import { type CloudOperation, CloudObjects, sdkError } from './cloud.objects.js';

/** A request that was refused: why, by what, as which failure, and what the error says. */
type Refusal = readonly ['create' | CloudOperation, string, Error, StorageFailure, ...RegExp[]];

/** One cloud, played by a client in this process. */
export interface PlayedCloud {
  /** A store of the prefix `betfair/`. */
  readonly open: (objects: CloudObjects) => CloudStorage;
  /** A store whose service answers reads, but with no body, or with an empty version. */
  readonly openLacking: () => CloudStorage;
  /** How errors speak of the store. */
  readonly place: string;
  /** "Try again" in the cloud's own words. */
  readonly busy: readonly [Error, ...Error[]];
  readonly refusals: readonly Refusal[];
}

const KEY = 'session.token';
/** The session manager waits ten seconds for an operation. */
export const OPERATION_TIMEOUT_MS = 9_000;
const ATTEMPT_TIMEOUT_MS = 5_000;

let objects: CloudObjects;
let store: CloudStorage;

/** Every operation, on an object that is stored as `old`. */
function operations(ifVersion: string, options?: { signal?: AbortSignal }) {
  return {
    create: () => store.write(KEY, 'new', { ifAbsent: true }, options),
    read: () => store.read(KEY, options),
    write: () => store.write(KEY, 'new', { ifVersion }, options),
    delete: () => store.delete(KEY, { ifVersion }, options),
  };
}

const TRIED = {
  create: `write "${KEY}" to`,
  read: `read "${KEY}" from`,
  write: `write "${KEY}" to`,
  delete: `delete "${KEY}" from`,
};

const OPERATIONS = ['read', 'write', 'delete'] as const;

/** Plays the time that the work takes; what it gave or threw, and when. */
export async function play<T>(
  work: Promise<T>,
): Promise<{ value?: T; error?: unknown; took: number }> {
  const begun = performance.now();
  const settling = work.then(
    (value) => ({ value, took: performance.now() - begun }),
    (error: unknown) => ({ error, took: performance.now() - begun }),
  );
  let outcome: Awaited<typeof settling> | undefined;
  void settling.then((settled) => (outcome = settled));
  for (let step = 0; step < 400; step++) {
    await jest.advanceTimersByTimeAsync(50);
    if (outcome) return outcome;
  }
  throw new Error('The operation did not end.');
}

/** The failure of the work; it shows nothing of what the SDK hung on its error. */
async function failureOf(work: Promise<unknown>): Promise<{ error: unknown; took: number }> {
  const { error, took, value } = await play(work);
  if (error === undefined) throw new Error(`It should have failed, but gave ${inspect(value)}.`);
  const shown = inspect(error, { depth: Infinity, showHidden: true }) + JSON.stringify(error);
  expect(shown).not.toContain('CANARY');
  return { error, took };
}

/** The requests of a create and a replace that lose to another writer. */
export async function playLostWrites(target: CloudStorage, cloud: CloudObjects): Promise<string[]> {
  const key = 'contended';
  const ifVersion = await target.write(key, 'first', { ifAbsent: true });
  await target.write(key, 'of another', { ifVersion });
  cloud.requests.length = 0;
  for (const condition of [{ ifVersion }, { ifAbsent: true }] as const) {
    const losing = target.write(key, 'mine', condition);
    await expect(losing).rejects.toBeInstanceOf(StorageConflictError);
  }
  return cloud.requests.map(({ operation }) => operation);
}

/** What a store in a cloud must do, whichever it is; the real services and SDKs are those of `npm run test:stores`. */
export function describeCloud(
  name: string,
  { open, openLacking, place, busy, refusals }: PlayedCloud,
): void {
  beforeEach(() => {
    objects = new CloudObjects();
    store = open(objects);
  });

  afterEach(() => store.close());

  it(`${name} has its prefix before every key, but not in messages`, async () => {
    const ifVersion = await store.write(KEY, 'old', { ifAbsent: true });
    await store.read(KEY);
    await store.delete(KEY, { ifVersion });
    expect(objects.requests.map((request) => request.name)).toEqual(
      Array<string>(3).fill(`betfair/${KEY}`),
    );
    const conflict = store.write(KEY, 'new', { ifVersion });
    await expect(conflict).rejects.toThrow(`"${KEY}"`);
  });

  it(`${name} reads after a conflict if its client may have repeated the write`, async () => {
    expect(await playLostWrites(store, objects)).toEqual(['write', 'read', 'write', 'read']);
  });

  it.each(['', '../other', 'a//b', 'a b'])(
    `${name} refuses the key %j before any request`,
    async (key) => {
      const refused = { code: 'BETFAIR_CONFIGURATION' };
      await expect(store.read(key)).rejects.toMatchObject(refused);
      await expect(store.write(key, 'x', { ifAbsent: true })).rejects.toMatchObject(refused);
      await expect(store.delete(key, { ifVersion: '1' })).rejects.toMatchObject(refused);
      expect(objects.requests).toEqual([]);
    },
  );

  describe(`${name}: the faults`, () => {
    let ifVersion: string;

    beforeEach(async () => {
      ifVersion = await store.write(KEY, 'old', { ifAbsent: true });
      objects.requests.length = 0;
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    });

    afterEach(() => {
      jest.useRealTimers();
      jest.restoreAllMocks();
    });

    it('that an answer gets lost after the request has taken effect is no conflict', async () => {
      objects.next('lose');
      const { value: created } = await play(store.write('other', 'first', { ifAbsent: true }));
      expect(created).toBe(objects.get('betfair/other')?.version);
      objects.next('lose');
      const { value: replaced = '' } = await play(store.write(KEY, 'new', { ifVersion }));
      expect(objects.get(`betfair/${KEY}`)).toEqual({ value: 'new', version: replaced });
      objects.next('lose');
      expect(await play(store.delete(KEY, { ifVersion: replaced }))).not.toHaveProperty('error');
      objects.next('lose');
      expect(await play(store.read('other'))).toMatchObject({ value: { value: 'first' } });
    });

    it('that an answer gets lost while another writer wins is a conflict', async () => {
      const conflicts = [
        () => store.write(KEY, 'mine', { ifVersion }),
        () => store.write(KEY, 'mine', { ifAbsent: true }),
        () => store.delete(KEY, { ifVersion }, {}),
      ];
      objects.put(`betfair/${KEY}`, 'of another');
      for (const conflict of conflicts) {
        objects.next(busy[0]);
        expect((await failureOf(conflict())).error).toBeInstanceOf(StorageConflictError);
      }
      expect(objects.get(`betfair/${KEY}`)).toMatchObject({ value: 'of another' });
    });

    it.each(OPERATIONS)(
      'that the service is busy makes a %s wait and ask again',
      async (operation) => {
        objects.next(...busy);
        const { error, took } = await play<unknown>(operations(ifVersion, {})[operation]());
        expect(error).toBeUndefined();
        expect(objects.requests.map((request) => request.operation)).toEqual(
          Array<string>(busy.length + 1).fill(operation),
        );
        expect(took).toBeGreaterThanOrEqual(75 * (2 ** busy.length - 1));
      },
    );

    it.each([0, 0.5])(
      'that it stays busy ends after six requests, each pause twice as long (chance %d)',
      async (chance) => {
        jest.spyOn(Math, 'random').mockReturnValue(chance);
        objects.always(busy[0]);
        const { error } = await failureOf(store.read(KEY));
        expect(error).toMatchObject({
          code: 'BETFAIR_STORAGE_UNAVAILABLE',
          retryable: true,
          message: expect.stringContaining(`Could not read "${KEY}" from ${place} (`),
          cause: { status: expect.any(Number) },
        });
        const times = objects.requests.map(({ at }) => at);
        const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
        const first = 75 + 50 * chance;
        expect(pauses).toEqual([1, 2, 4, 8, 16].map((factor) => factor * first));
      },
    );

    it.each(OPERATIONS)(
      'that a %s is not answered is told before the session manager gives up',
      async (operation) => {
        objects.always('hang');
        const { error, took } = await failureOf(operations(ifVersion)[operation]());
        expect(error).toMatchObject({
          failure: 'unavailable',
          message: expect.stringMatching(
            / \(ETIMEDOUT\)\. This is usually temporary\. If it continues, check the network/,
          ),
        });
        expect(error).toHaveProperty('cause.message', 'no answer in time');
        expect(took).toBe(OPERATION_TIMEOUT_MS);
        expect(objects.requests).toHaveLength(2);
        const [first, second] = objects.requests;
        expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(ATTEMPT_TIMEOUT_MS);
      },
    );

    it('that the object cannot be read after a conflict ends with the deadline of the operation', async () => {
      objects.put(`betfair/${KEY}`, 'of another');
      objects.always('hang', 'read');
      for (const operate of [operations(ifVersion).write, operations(ifVersion).delete]) {
        const { error, took } = await failureOf(operate());
        expect(error).toMatchObject({ failure: 'unavailable' });
        expect(took).toBe(OPERATION_TIMEOUT_MS);
      }
    });

    it('that the object can be read only later after a conflict is waited for', async () => {
      objects.put(`betfair/${KEY}`, 'of another');
      objects.always(busy[0], 'read');
      const failing = failureOf(operations(ifVersion).write());
      setTimeout(() => objects.always(undefined), 500);
      expect((await failing).error).toBeInstanceOf(StorageConflictError);
    });

    it.each(OPERATIONS)(
      'that the caller gives up ends a %s at once, with the reason',
      async (operation) => {
        for (const fault of ['hang', busy[0]] as const) {
          const controller = new AbortController();
          const reason = new Error('enough');
          objects.always(fault);
          const failing = failureOf(operations(ifVersion, controller)[operation]());
          setTimeout(() => controller.abort(reason), 10);
          expect(await failing).toEqual({ error: reason, took: 10 });
          objects.always(undefined);
          expect(objects.get(`betfair/${KEY}`)).toEqual({ value: 'old', version: ifVersion });
        }
      },
    );

    it.each(['read', 'write'] as const)(
      'that the answer to a %s has no version is told, since a later condition would be none',
      async (operation) => {
        objects.always('bare');
        const { error } = await failureOf(operations(ifVersion)[operation]());
        expect(error).toMatchObject({ failure: 'unavailable' });
      },
    );

    it('a read answer that lacks a part is reported', async () => {
      store = openLacking();
      const { error } = await failureOf(store.read(KEY));
      expect(error).toMatchObject({ failure: 'unavailable' });
    });

    for (const [operation, why, refusal, failure, ...messages] of refusals) {
      it(`that a ${operation} is refused (${why}) is reported at the first answer, with what to do`, async () => {
        objects.always(refusal);
        const work = operations(ifVersion)[operation]();
        const { error, took } = await failureOf(work);
        if (!(error instanceof SessionStorageError)) throw error;
        expect(error).toMatchObject({ failure, retryable: false });
        for (const message of messages) expect(error.message).toMatch(message);
        expect(error.message).toMatch(new RegExp(`^Could not ${TRIED[operation]} ${place} \\(`));
        expect(took).toBe(0);
      });
    }

    it.each(['CANARY code', '-CANARY', `CANARY${'x'.repeat(60)}`, ''])(
      'that the service uses the strange code %j is told without the code',
      async (code) => {
        objects.always(sdkError('?', { name: code, code }));
        const { error } = await failureOf(store.read(KEY));
        expect(error).toMatchObject({
          message: expect.stringContaining(' (no answer). This is usually temporary'),
        });
      },
    );

    it.each([
      'ENOTDIR',
      'ELOOP',
      'ENAMETOOLONG',
      'ERR_INVALID_ARG_TYPE',
      'ERR_INVALID_ARG_VALUE',
      'ERR_INVALID_HTTP_TOKEN',
      'ERR_INVALID_PROTOCOL',
      'ERR_INVALID_URL',
      'ERR_UNESCAPED_CHARACTERS',
      'ERR_CRYPTO_INVALID_KEYTYPE',
      'ERR_OSSL_PEM_NO_START_LINE',
    ])('that nothing can be sent (%s) is told at once, as one of this machine', async (code) => {
      objects.always(sdkError('?', { code }));
      for (const operate of Object.values(operations(ifVersion))) {
        const { error, took } = await failureOf(operate());
        expect(error).toMatchObject({
          failure: 'misconfigured',
          retryable: false,
          message: expect.stringContaining(
            `(${code}). Nothing was sent, because its credentials cannot be used. Check`,
          ),
          cause: { code, message: code },
        });
        expect(took).toBe(0);
      }
    });

    it.each([
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ])('that no TLS connection is to be trusted (%s) is told at once', async (code) => {
      objects.always(Object.assign(new Error('of Node'), { code }));
      const { error, took } = await failureOf(store.read(KEY));
      expect(error).toMatchObject({
        failure: 'misconfigured',
        message: expect.stringMatching(
          /The TLS connection could not be trusted\..*NODE_EXTRA_CA_CERTS/,
        ),
      });
      expect(took).toBe(0);
    });

    it.each([
      'EACCES',
      'EAI_AGAIN',
      'ECONNREFUSED',
      'EMFILE',
      'ENOTFOUND',
      'EPIPE',
      'ERR_INVALID_STATE',
      'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
      'ERR_STREAM_PREMATURE_CLOSE',
      'UND_ERR_SOCKET',
    ])('that the network fails (%s) is waited for', async (code) => {
      const fault = sdkError('?', { code, syscall: 'connect' });
      objects.next(fault, fault);
      expect(await play(store.read(KEY))).toMatchObject({ value: { value: 'old' } });
    });

    it('an unreachable server is reported with its address', async () => {
      const fault = { name: 'SystemError', code: 'ECONNREFUSED' };
      const message = 'connect ECONNREFUSED 127.0.0.1:1';
      objects.always(Object.assign(new Error(message), fault));
      const { error } = await failureOf(store.read(KEY));
      expect(error).toMatchObject({ failure: 'unavailable', cause: { ...fault, message } });
    });
  });
}
