import { RenewalBackoff } from '../../lib/session/provider/renewal.backoff.js';
import { VirtualClock } from '../support/virtual.clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A wait after failures that are jittered by this chance, and how long it lasts. */
function createBackoff(chance = 1) {
  const clock = new VirtualClock();
  clock.random = () => chance;
  const backoff = new RenewalBackoff(clock);
  const isWaiting = () => {
    try {
      backoff.throwIfWaiting();
      return false;
    } catch {
      return true;
    }
  };
  /** Milliseconds until it is over, to a tenth of a second. */
  const rest = async () => {
    const start = clock.monotonic();
    while (isWaiting()) await clock.advance(100);
    return clock.monotonic() - start;
  };
  return { clock, backoff, rest };
}

describe('the wait after failed renewals', () => {
  it('is none before the first failure', () => {
    expect(() => createBackoff().backoff.throwIfWaiting()).not.toThrow();
  });

  it('throws the last error as long as it lasts', async () => {
    const { backoff, clock } = createBackoff();
    const [first, second] = [new Error('first'), new Error('second')];
    backoff.failed(first);
    await clock.advance(999);
    expect(() => backoff.throwIfWaiting()).toThrow(first);
    await clock.advance(1);
    expect(() => backoff.throwIfWaiting()).not.toThrow();
    backoff.failed(second);
    expect(() => backoff.throwIfWaiting()).toThrow(second);
  });

  it('grows with a quarter of the outage, from 1 s to 60 s', async () => {
    const { backoff, clock, rest } = createBackoff();
    for (const [outage, wait] of [
      [0, 1],
      [4, 1],
      [8, 2],
      [60, 15],
      [200, 50],
      [239.6, 59.9],
      [300, 60],
      [3_600, 60],
    ] as const) {
      await clock.advance(outage * SECOND - clock.monotonic());
      backoff.failed(new Error('down'));
      expect(await rest()).toBe(wait * SECOND);
    }
  });

  it('delays a session by a quarter of the outage at the most once that is over', async () => {
    const { backoff, clock, rest } = createBackoff();
    // Failures follow each other as callers ask.
    while (clock.monotonic() < 3 * MINUTE) {
      const outage = clock.monotonic();
      backoff.failed(new Error('down'));
      expect(await rest()).toBeLessThanOrEqual(Math.max(SECOND, outage / 4) + 100);
    }
  });

  it('is shorter by up to two fifths, so that processes do not fail in step', async () => {
    const { backoff, clock, rest } = createBackoff(0);
    backoff.failed(new Error('down'));
    expect(await rest()).toBe(600);
    await clock.advance(10 * MINUTE);
    backoff.failed(new Error('down'));
    expect(await rest()).toBe(36 * SECOND);
  });

  it('is not longer than who notes the failure says', async () => {
    const { backoff, clock, rest } = createBackoff();
    backoff.failed(new Error('down'));
    await clock.advance(10 * MINUTE);
    backoff.failed(new Error('down'), 7 * SECOND);
    expect(await rest()).toBe(7 * SECOND);
  });

  it('is exactly as long as said after a failure that only a person ends', async () => {
    const { backoff, rest } = createBackoff(0);
    backoff.hold(new Error('refused'), 7 * SECOND);
    expect(await rest()).toBe(7 * SECOND);
  });

  it('ends with a success; the next outage starts at the shortest wait', async () => {
    const { backoff, clock, rest } = createBackoff();
    backoff.failed(new Error('down'));
    await clock.advance(10 * MINUTE);
    backoff.failed(new Error('down'));
    backoff.reset();
    expect(() => backoff.throwIfWaiting()).not.toThrow();
    backoff.failed(new Error('down'));
    expect(await rest()).toBe(SECOND);
  });
});
