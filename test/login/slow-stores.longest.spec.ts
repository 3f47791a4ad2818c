import { setTimeout as pause } from 'node:timers/promises';
import { type SessionStorage } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';

afterEach(closeAccounts);

/** Operation of a store, with the times between which it ran. */
interface Span {
  readonly began: number;
  readonly ended: number;
}

/** Makes operations of a store take so many milliseconds, and records when each ran. */
function slow(
  storage: SessionStorage,
  delayOf: (operation: 'read' | 'write', key: string) => number,
): readonly Span[] {
  const [read, write] = [storage.read.bind(storage), storage.write.bind(storage)];
  const spans: Span[] = [];
  const wait = async (ms: number) => {
    const began = performance.now();
    await pause(ms);
    spans.push({ began, ended: performance.now() });
  };
  storage.read = async (key, options) => {
    await wait(delayOf('read', key));
    return read(key, options);
  };
  storage.write = async (key, ...given) => {
    await wait(delayOf('write', key));
    return write(key, ...given);
  };
  return spans;
}

/** Counts the operations that waited for one another: those that ran beside one that is counted are not. */
function countInARow(spans: readonly Span[]): number {
  let count = 0;
  let free = 0;
  for (const { began, ended } of spans.toSorted((a, b) => a.ended - b.ended)) {
    if (began < free) continue;
    count++;
    free = ended;
  }
  return count;
}

it.each([2_000, 5_000, 8_500])(
  'a fleet whose token takes %d ms to be written makes one login',
  async (delay) => {
    const { simulator, start, storage, key } = await createAccount();
    slow(storage.inner, (operation, name) => (operation === 'write' && name === key ? delay : 0));
    const overrides = { requestTimeout: 10_000 };
    const fleet = await Promise.all(Array.from({ length: 5 }, () => start(overrides)));
    const sessions = await Promise.all(fleet.map((one) => one.sessions.getSession()));
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(1);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  },
);

it('a store that needs 800 ms for an operation is tested and used within a lease of 6 s', async () => {
  const { simulator, start, storage } = await createAccount();
  const spans = slow(storage.inner, () => 800);
  const { sessions } = await start({ requestTimeout: 1_000 });
  await sessions.getSession();
  expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
  expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  // Token, record, its creation, the lease, the tests beside the second look at the token, whose name it is, that it is
  // ours, the token.
  expect(countInARow(spans)).toBe(8);
});

it('a store is tested once, not once in each process', async () => {
  const { start, storage, key } = await createAccount();
  const { inner } = storage;
  const write = inner.write.bind(inner);
  const writes: string[] = [];
  inner.write = (name, ...given) => {
    writes.push(name);
    return write(name, ...given);
  };
  const first = await start();
  await first.sessions.getSession();
  // Its creation, the lease, two tests that conflict, whose name it is, the token.
  expect(writes).toEqual([...Array(5).fill(`${key}.lease`), key]);
  await pause(3_200);
  writes.length = 0;
  await first.sessions.logout();
  const second = await start();
  await second.sessions.getSession();
  expect(writes).toEqual([`${key}.lease`, key]);
});
