// Logins, and calls that got an answer, where a thousand callers meet what happens to every bot: against a manager of the
// kind that bots begin with. Betfair bans an account for 20 minutes after 100 logins in a minute.
import { setTimeout as delay } from 'node:timers/promises';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Agent } from 'undici';
import { NaiveManager } from './naive/naive.manager.mjs';
import { createSessions } from './parts/sessions.mjs';

const CALLERS = 1_000;
/** Milliseconds between the first and the last caller who hears that the session is dead. */
const LATE_MS = 2_000;
const OUTAGE_MS = 10_000;
/** In an outage nothing is logged in: how often it is tried again is up to the back-off, about once a second. */
const TARGETS = { cold: { exactly: 1 }, late: { exactly: 1 } };
const OPERATION = 'SportsAPING/v1.0/listEventTypes';

async function openOurs(options) {
  const { sessions, close } = await createSessions(options);
  return { call: () => sessions.call(OPERATION, { filter: {} }), close };
}

async function openNaive(options) {
  const { ca, certificate } = options;
  const plain = new Agent({ connect: { ca } });
  const certified = new Agent({ connect: { ca, ...certificate } });
  const manager = new NaiveManager(options, { plain, certified });
  return {
    call: () => manager.call(OPERATION, { filter: {} }),
    close: () => Promise.all([plain.destroy(), certified.destroy()]),
  };
}

/** Tells how many calls got an answer: all begin at once, or over `spread` milliseconds. */
async function callAll({ call }, count, spread) {
  const calls = await Promise.allSettled(
    Array.from({ length: count }, async (_, index) => {
      if (spread > 0) await delay((index / count) * spread);
      return call();
    }),
  );
  return calls.filter(({ status }) => status === 'fulfilled').length;
}

/** What happens, told to Betfair and the manager. Each returns the number of calls that got an answer, and of all. */
const SCENES = {
  async cold({ manager, callers }) {
    return [await callAll(manager, callers, 0), callers];
  },
  async late({ simulator, manager, callers, hurry }) {
    await manager.call();
    simulator.endSessions();
    return [await callAll(manager, callers, LATE_MS / hurry), callers];
  },
  async outage({ simulator, manager, callers, hurry }) {
    simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    const answered = await callAll(manager, callers, OUTAGE_MS / hurry);
    simulator.clearFaults();
    return [answered, callers];
  },
};

async function play(scene, open, { callers, hurry }) {
  const simulator = await BetfairSimulator.start();
  const manager = await open(simulator.options());
  try {
    const [answered, all] = await SCENES[scene]({ simulator, manager, callers, hurry });
    return {
      attempts: simulator.counts.loginAttempts - (scene === 'late' ? 1 : 0),
      answered: answered / all,
      banned: simulator.banned(),
    };
  } finally {
    await manager.close();
    await simulator.stop();
  }
}

function inWords({ attempts, answered, banned }) {
  const calls = `${Math.round(answered * 100)} % of the calls answered`;
  return `${attempts.toLocaleString('en')} attempts, ${calls}${banned ? ', account banned' : ''}`;
}

export async function measure({ quick }) {
  const effort = quick ? { callers: 100, hurry: 10 } : { callers: CALLERS, hurry: 1 };
  const number = effort.callers.toLocaleString('en');
  const seconds = OUTAGE_MS / effort.hurry / 1_000;
  const told = {
    cold: `${number} callers at once, no session`,
    late: `${number} callers who hear one after the other that the session is dead`,
    outage: `${number} calls in an outage of the identity service of ${seconds} s`,
  };
  const figures = [];
  const scenes = [];
  for (const [scene, what] of Object.entries(told)) {
    const ours = await play(scene, openOurs, effort);
    const naive = await play(scene, openNaive, effort);
    figures.push({
      what: `Login attempts of ${what}`,
      value: ours.attempts,
      unit: '',
      note: `${inWords(ours)}; a naive manager: ${inWords(naive)}`,
      target: TARGETS[scene],
    });
    scenes.push({ what, ours: ours.attempts, naive: naive.attempts });
  }
  return { figures, charts: [chartOf(scenes)] };
}

function chartOf(scenes) {
  const bars = scenes.flatMap(({ what, ours, naive }) => [
    { label: `${what}: this package`, value: ours, isOurs: true },
    { label: `${what}: a naive manager`, value: naive },
  ]);
  return {
    file: 'managers',
    title: 'Login attempts. Betfair bans an account after too many',
    bars,
  };
}
