import { RecordedEnd } from '../../lib/login/guard/recorded.end.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LONGEST = 25 * MINUTE;

async function createEnd() {
  const clock = new VirtualClock();
  await clock.advance(HOUR);
  return { clock, end: new RecordedEnd(clock, LONGEST) };
}

describe('an end that the record tells', () => {
  it('is over as long as nothing is told', async () => {
    const { end } = await createEnd();
    expect(end.left).toBeLessThan(0);
    end.learn(null);
    expect(end.left).toBeLessThan(0);
  });

  it.each([HOUR, -HOUR])('is counted alike if the wall clock is set by %d ms', async (ms) => {
    const { clock, end } = await createEnd();
    const told = clock.wall() + 10 * MINUTE;
    end.learn(told);
    clock.setWallBack(ms);
    await clock.advance(MINUTE);
    end.learn(told);
    expect(end.left).toBe(9 * MINUTE);
    await clock.advance(9 * MINUTE);
    expect(end.left).toBe(0);
    // Read again and again after it is over, it does not begin anew.
    end.learn(told);
    expect(end.left).toBe(0);
  });

  it('is believed for the longest time only', async () => {
    const { clock, end } = await createEnd();
    end.learn(clock.wall() + HOUR);
    expect(end.left).toBe(LONGEST);
  });

  it.each([26 * HOUR, 1e20, Infinity])(
    'is not believed if it is %d ms away: the record is damaged',
    async (ms) => {
      const { clock, end } = await createEnd();
      end.learn(clock.wall() + ms);
      expect(end.left).toBeLessThan(0);
    },
  );

  it('follows what is told later, also if that is nothing any more', async () => {
    const { clock, end } = await createEnd();
    end.learn(clock.wall() + MINUTE);
    end.learn(clock.wall() + 2 * MINUTE);
    expect(end.left).toBe(2 * MINUTE);
    end.learn(null);
    expect(end.left).toBeLessThan(0);
  });

  it('begins here with what it returns for the others, who count the same', async () => {
    const { clock, end } = await createEnd();
    const other = new RecordedEnd(clock, LONGEST);
    const told = end.begin(20 * MINUTE);
    expect(told).toBe(clock.wall() + 20 * MINUTE);
    await clock.advance(MINUTE);
    other.learn(told);
    // Read back from the record.
    end.learn(told);
    expect([end.left, other.left]).toEqual([19 * MINUTE, 19 * MINUTE]);
  });
});
