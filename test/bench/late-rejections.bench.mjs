// One session dies, and a thousand callers report it: at once, while it is being replaced, and long after.
import { setTimeout as delay } from 'node:timers/promises';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { createSessions } from './parts/sessions.mjs';

const CALLERS = 1_000;
/** Milliseconds over which they report. */
const SPREAD = 2_000;

export async function measure({ quick }) {
  const simulator = await BetfairSimulator.start();
  const { sessions, close } = await createSessions(simulator.options());
  try {
    const dead = await sessions.getSession();
    simulator.endSessions();
    const renewed = await Promise.all(
      Array.from({ length: CALLERS }, async (_, index) => {
        await delay((index / CALLERS) * (quick ? SPREAD / 10 : SPREAD));
        return sessions.refresh(dead);
      }),
    );
    if (new Set(renewed).size !== 1 || renewed[0] === dead) throw new Error('Not one new session.');
    return [
      {
        what: `Logins for ${CALLERS.toLocaleString('en')} reports of one dead session`,
        value: simulator.counts.logins - 1,
        unit: '',
        note: 'spread over the renewal and the time after it',
        target: { exactly: 1 },
      },
    ];
  } finally {
    await close();
    await simulator.stop();
  }
}
