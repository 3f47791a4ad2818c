import * as fc from 'fast-check';
import { refusedRestFault, refusedRpcReply, words } from './answers.arbitraries.js';
import { INVALID } from './rejections.fixture.js';

/** Operations on one value after which its effort counts as unbounded; from then on it behaves, so that tests end. */
const TOO_MANY = 2_000_000;

/** Counts what is done to a value: every trap of a Proxy is one operation. */
export class Effort {
  operations = 0;

  /** @returns whether there is still an effort to be tempted into */
  spend(): boolean {
    this.operations += 1;
    return this.operations <= TOO_MANY;
  }

  /** The value, and all that is reached from it, with every operation counted; it answers as it would. */
  counting(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    return new Proxy(value, {
      get: (target, key, receiver) => {
        this.spend();
        const found: unknown = Reflect.get(target, key, receiver);
        const own = Reflect.getOwnPropertyDescriptor(target, key);
        return own?.configurable === false ? found : this.counting(found);
      },
      getPrototypeOf: (target) => {
        this.spend();
        return Reflect.getPrototypeOf(target);
      },
    });
  }
}

/** A value that is made for one run, and may count what is done to it. */
export type Hostile = (effort: Effort) => unknown;

const KEYS = [
  ...words('jsonrpc error code message data result id faultcode faultstring detail exceptionname'),
  ...words('APINGException errorCode errorDetails op statusCode status headers config response'),
  ...words('body cause bodyUsed clone locked getReader get pipe length byteLength 0 __proto__'),
  ...words('constructor toJSON'),
];

const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 }));
const word = fc.constantFrom<unknown>('2.0', 'status', 'FAILURE', INVALID, 'ANGX-0003', 200, false);
const oddity = fc.constantFrom<unknown>(
  Symbol(INVALID),
  fail,
  new Error(INVALID),
  new Uint8Array(8),
  new ArrayBuffer(8),
  Promise.resolve(INVALID),
  new WeakMap(),
  /x/,
);

function fail(): never {
  throw new Error('trap');
}

const anything: fc.Arbitrary<Hostile> = fc
  .anything({
    key,
    values: [word, oddity, fc.string(), fc.double(), fc.bigInt(), fc.constant(undefined)],
    maxDepth: 4,
    maxKeys: 6,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  })
  .map((value) => () => value);

/** How a trap answers: with the Proxy itself, for ever; by throwing; or as its target would. */
const trap = fc.constantFrom('itself', 'throws', 'target');

/** A number that grows whenever it is compared. */
class Growing {
  #seen = 0;

  valueOf(): number {
    this.#seen += 1;
    return this.#seen + 1;
  }
}

/** What a Proxy of an array may claim to be its length. */
const length = fc.oneof(
  fc.constantFrom<unknown>(0, 1, 3, 1_000, 1_001, 2 ** 53, Infinity, NaN, -1, 1.5),
  fc.constantFrom<unknown>(10n, '7', Symbol('length'), null),
  fc.constant(undefined).map(() => new Growing()),
);

const proxy: fc.Arbitrary<Hostile> = fc
  .record({
    target: fc.constantFrom<() => object>(
      () => ({}),
      () => [],
      () => new Error(INVALID),
      () => () => undefined,
    ),
    get: trap,
    prototype: trap,
    rest: trap,
    length,
    members: fc.oneof(
      fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(word, oddity), { maxKeys: 5 }),
      fc.constantFrom({ jsonrpc: '2.0' }, { faultcode: 'Client' }, { op: 'status' }),
    ),
  })
  .map(({ target: make, get, prototype, rest, members, length: claimed }) => (effort) => {
    const target = make();
    const answer = <T>(way: typeof get, plainly: () => T, itself: () => T): T => {
      if (!effort.spend() || way === 'target') return plainly();
      return way === 'throws' ? fail() : itself();
    };
    const hostile: object = new Proxy(target, {
      get: (_, name) =>
        answer<unknown>(
          get,
          () => (name === 'length' ? 0 : undefined),
          () => (name === 'length' ? claimed : (Reflect.get(members, name) ?? hostile)),
        ),
      getPrototypeOf: () =>
        answer<object | null>(
          prototype,
          () => null,
          () => hostile,
        ),
      has: () =>
        answer(
          rest,
          () => false,
          () => true,
        ),
      ownKeys: () => answer(rest, () => Reflect.ownKeys(target), fail),
      getOwnPropertyDescriptor: () => answer(rest, () => undefined, fail),
    });
    return hostile;
  });

const revoked: fc.Arbitrary<Hostile> = fc
  .constantFrom<() => object>(
    () => ({}),
    () => [],
    () => new Error(INVALID),
    () => () => undefined,
  )
  .map((target) => () => {
    const { proxy: value, revoke } = Proxy.revocable(target(), {});
    revoke();
    return value;
  });

/** Objects of which every property that could be asked for has an accessor that counts, and then throws. */
const accessors: fc.Arbitrary<Hostile> = fc
  .subarray([...KEYS].filter((name) => name !== '__proto__'))
  .map((names) => (effort) => {
    const target = new Error(INVALID);
    for (const name of names) {
      Object.defineProperty(target, name, {
        get: () => {
          effort.spend();
          return fail();
        },
      });
    }
    return target;
  });

const cycle: fc.Arbitrary<Hostile> = fc
  .tuple(fc.subarray([...KEYS], { minLength: 1 }), fc.boolean(), fc.oneof(refusedRpcReply, word))
  .map(([names, isError, other]) => (effort) => {
    const target: object = isError ? new Error('loop') : {};
    for (const name of names)
      Object.defineProperty(target, name, { value: target, writable: true });
    return effort.counting(Object.assign(target, { other }));
  });

/** A batch of replies of which each says that it is one and none says more: what costs most to look through. */
const longBatch: fc.Arbitrary<Hostile> = fc
  .tuple(fc.integer({ min: 900, max: 1_100 }), refusedRestFault)
  .map(([replies, error]) => (effort) => {
    const reply = { jsonrpc: '2.0', error };
    return effort.counting(Array.from({ length: replies }, () => reply));
  });

const value = fc.oneof(anything, proxy, revoked, accessors, cycle, longBatch);

/** Where a client could have put it. */
const place = fc.constantFrom<(inner: unknown) => unknown>(
  (inner) => inner,
  (inner) => Object.assign(new Error('x'), { response: inner, body: inner, data: inner }),
  (inner) => Object.assign(new Error('x'), { error: inner, detail: inner, statusCode: inner }),
  (cause) => new Error('x', { cause }),
  (inner) => ({ jsonrpc: '2.0', error: inner, result: inner }),
  (inner) => ({ jsonrpc: '2.0', error: { data: inner, message: inner } }),
  (inner) => ({ faultcode: 'Client', faultstring: inner, detail: inner }),
  (inner) => ({ op: 'status', statusCode: 'FAILURE', errorCode: inner }),
  (data) => ({ status: 200, headers: {}, config: {}, data }),
  (inner) => [inner, inner],
  (body) => ({ status: 200, headers: { get: () => 'application/json' }, bodyUsed: false, body }),
  (inner) => ({ bodyUsed: false, clone: () => inner, body: { locked: false, getReader: fail } }),
);

export const hostileValue: fc.Arbitrary<Hostile> = fc
  .tuple(value, fc.array(place, { maxLength: 3 }))
  .map(
    ([make, places]) =>
      (effort) =>
        places.reduce<unknown>((inner, put) => put(inner), make(effort)),
  );
