import { LOOKS, Pauses } from '../../lib/common/pauses.js';
import { VirtualClock } from '../support/virtual.clock.js';

/** Pauses one after the other, each by the same chance. */
function pausesBy(chance: number, growth = LOOKS, count = 8): number[] {
  const clock = new VirtualClock();
  clock.random = () => chance;
  const pauses = new Pauses(clock, growth);
  return Array.from({ length: count }, () => pauses.next());
}

describe('pauses', () => {
  it('grow from 100 ms to 2 s between looks at another process', () => {
    expect(pausesBy(0.5)).toEqual([100, 350, 1_225, 2_000, 2_000, 2_000, 2_000, 2_000]);
  });

  it('double without a limit by default', () => {
    expect(pausesBy(0.5, { first: 100 }, 4)).toEqual([100, 200, 400, 800]);
  });

  it('are shorter or longer by up to a quarter, so that processes do not act in step', () => {
    expect(pausesBy(0, { first: 100 }, 2)).toEqual([75, 150]);
    expect(pausesBy(1, { first: 100 }, 2)).toEqual([125, 250]);
  });

  it('are jittered less between looks, which would be too many otherwise', () => {
    expect(pausesBy(0, LOOKS, 2)).toEqual([90, 315]);
    expect(pausesBy(1, LOOKS, 2)).toEqual([expect.closeTo(110), expect.closeTo(385)]);
  });

  it('start again after a success', () => {
    const clock = new VirtualClock();
    clock.random = () => 0.5;
    const pauses = new Pauses(clock, { first: 10 });
    pauses.next();
    pauses.next();
    pauses.reset();
    expect(pauses.next()).toBe(10);
  });

  it('can be waited for, until somebody gives up', async () => {
    const clock = new VirtualClock();
    clock.random = () => 0.5;
    const pauses = new Pauses(clock, { first: 10 });
    let isOver = false;
    const waited = pauses.wait().then(() => (isOver = true));
    await clock.advance(9);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await waited;
    await expect(pauses.wait(AbortSignal.abort(new Error('gave up')))).rejects.toThrow('gave up');
  });
});
