import { LoginBudget } from '../../lib/login/guard/login.budget.js';
import { VirtualClock } from '../support/virtual.clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A budget, and logins that are made as soon as it allows. */
function createBudget() {
  const clock = new VirtualClock();
  const budget = new LoginBudget(clock);
  const spendUntil = async (end: number) => {
    const at: number[] = [];
    for (;;) {
      if (clock.monotonic() + budget.wait >= end) return at;
      await clock.advance(budget.wait);
      budget.spend();
      at.push(clock.monotonic());
    }
  };
  return { clock, budget, spendUntil };
}

describe('the login budget', () => {
  it('allows five logins in any minute', async () => {
    const { clock, budget } = createBudget();
    for (let login = 0; login < 5; login++) {
      expect(budget.wait).toBe(0);
      budget.spend();
      await clock.advance(10 * SECOND);
    }
    // The first is a minute old in 10 s.
    expect(budget.wait).toBe(10 * SECOND);
    await clock.advance(10 * SECOND);
    expect(budget.wait).toBe(0);
    budget.spend();
    expect(budget.wait).toBe(10 * SECOND);
  });

  it('allows twenty at a stretch, and then one in three minutes', async () => {
    const { clock, spendUntil } = createBudget();
    const at = await spendUntil(63 * MINUTE);
    expect(at.slice(0, 6).map((time) => time / MINUTE)).toEqual([0, 0, 0, 0, 0, 1]);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    // One came back while the first twenty were made.
    expect(pauses.slice(21).every((pause) => pause === 3 * MINUTE)).toBe(true);
    expect(at.length).toBe(20 + 20);
    expect(clock.timers).toBe(0);
  });

  it('gives back twenty at the most, however long nobody logged in', async () => {
    const { clock, spendUntil } = createBudget();
    await spendUntil(30 * MINUTE);
    await clock.advance(24 * 60 * MINUTE);
    const start = clock.monotonic();
    // Five each in four minutes; the first of them is back after three.
    const at = await spendUntil(start + 6 * MINUTE - 1);
    expect(at).toHaveLength(21);
  });

  it('is whole again after a reset', async () => {
    const { budget, spendUntil } = createBudget();
    await spendUntil(10 * MINUTE);
    expect(budget.wait).toBeGreaterThan(0);
    budget.reset();
    for (let login = 0; login < 5; login++) {
      expect(budget.wait).toBe(0);
      budget.spend();
    }
    expect(budget.wait).toBe(MINUTE);
  });
});
