import { jest } from '@jest/globals';
import { GrowingPause } from '../../lib/login/growing.pause.js';
import { createProcesses, WatchedStorage } from './support/processes.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Pauses one after the other, each by the same chance. */
function pausesBy(chance: number, count = 8): number[] {
  jest.spyOn(Math, 'random').mockReturnValue(chance);
  const pause = new GrowingPause();
  return Array.from({ length: count }, () => pause.next());
}

describe('the pause between two looks at another process', () => {
  it('grows from 100 ms to 2 s', () => {
    expect(pausesBy(0.5)).toEqual([100, 250, 625, 1_562.5, 2_000, 2_000, 2_000, 2_000]);
  });

  it('is shorter or longer by up to a quarter, so that processes do not look in step', () => {
    const middle = pausesBy(0.5);
    expect(pausesBy(0)).toEqual(middle.map((pause) => pause * 0.75));
    expect(pausesBy(1)).toEqual(middle.map((pause) => pause * 1.25));
  });

  it('is anew for each wait', () => {
    expect(pausesBy(0.5, 1)).toEqual(pausesBy(0.5, 1));
  });
});

describe('a process that waits 5 s for the login of another one', () => {
  it.each([0.5, 0.75, 0.999])(
    'makes fewer than ten store operations, with pauses by chance %d',
    async (chance) => {
      jest.spyOn(Math, 'random').mockReturnValue(chance);
      const storage = new WatchedStorage();
      const { clock, create, storeToken } = createProcesses(storage);
      await create({ duration: 15_000 }).take();
      const waiting = create({ duration: 15_000 }).permit();
      const { operations } = storage;
      await clock.advance(5_000);
      const before = storage.operations;
      await storeToken('A'.repeat(44));
      const own = storage.operations - before;
      expect(await clock.until(waiting)).toBe('moved');
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
    expect(new Set(outcomes)).toEqual(new Set(['moved']));
    expect((storage.operations - own - operations) / waiting.length).toBeLessThan(10);
  });
});
