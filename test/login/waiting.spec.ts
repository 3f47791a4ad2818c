import { createProcesses, WatchedStorage } from './support/processes.js';

describe('a process that waits 5 s for the login of another one', () => {
  it.each([0.5, 0.75, 0.999])(
    'makes fewer than ten store operations, with pauses by chance %d',
    async (chance) => {
      const storage = new WatchedStorage();
      const { clock, create, storeToken } = createProcesses(storage);
      clock.random = () => chance;
      await create({ duration: 15_000 }).take();
      const waiting = create({ duration: 15_000 }).permit();
      const { operations } = storage;
      await clock.advance(5_000);
      const before = storage.operations;
      await storeToken('A'.repeat(44));
      const own = storage.operations - before;
      expect(await clock.until(waiting)).toHaveProperty('moved.token', 'A'.repeat(44));
      expect(storage.operations - own - operations).toBeLessThan(10);
    },
  );

  it('makes fewer than ten on average, if there are a hundred of them', async () => {
    const storage = new WatchedStorage();
    const { clock, create, storeToken } = createProcesses(storage);
    await create({ duration: 15_000 }).take();
    const { operations } = storage;
    const waiting = Array.from({ length: 100 }, () => create({ duration: 15_000 }).permit());
    await clock.advance(5_000);
    const before = storage.operations;
    await storeToken('A'.repeat(44));
    const own = storage.operations - before;
    const outcomes = await clock.until(Promise.all(waiting));
    for (const outcome of outcomes) expect(outcome).toHaveProperty('moved');
    expect((storage.operations - own - operations) / waiting.length).toBeLessThan(10);
  });
});
