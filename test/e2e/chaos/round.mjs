// One round: chaos for a while, then the end of all sessions, after which everybody must agree again.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { KEY } from '../fleet/fleet.mjs';
import { LEASE } from '../fleet/scenarios.mjs';
import { Crew } from './crew.mjs';
import { Intruder } from './intruder.mjs';
import { Ledger, readIfThere } from './ledger.mjs';
import { SIZE } from './plan.mjs';
import { CALL_LIMIT_MS } from './verdict.mjs';

/** Milliseconds that a login takes at Betfair: the same for each, and long enough to be hit. */
const LOGIN_MS = 300;
/** After the chaos: the lease of one that was killed, and as much for the login and those who wait for it. */
const AGREEMENT_MS = 2 * LEASE;

export async function runRound(fleet, plan, random) {
  const { simulator, store } = fleet;
  simulator.fail('certLogin', { slow: LOGIN_MS }, { times: Infinity });
  const directory = store.url.slice('file:'.length);
  const token = join(directory, KEY);
  const paths = { directory, token, lease: `${token}.lease` };
  const crew = new Crew(fleet);
  const intruder = new Intruder(simulator, paths, random);
  const ledger = new Ledger(simulator, paths, intruder.texts);
  intruder.ledger = ledger;
  const faults = [];
  const round = { crew, intruder, ledger, faults, agreedMs: undefined };
  try {
    await crew.startAll(SIZE);
    await disturb(round, plan);
    await crew.restore();
    ledger.note('the chaos is over');
    ledger.endSessions();
    round.agreedMs = await agreement(round, fleet);
    const running = crew.present.filter(({ member }) => member.isRunning);
    const rested = Promise.allSettled(running.map(({ member }) => member.ask('rest')));
    const late = delay(CALL_LIMIT_MS, 'late', { ref: false });
    if ((await Promise.race([rested, late])) === 'late') faults.push('a call hangs');
    else await crew.close().catch((error) => faults.push(error.message));
    // Or the rest of a pause after a login, which a process leaves behind that ends.
    const isFree = () => (JSON.parse(readIfThere(paths.lease)).holder?.duration ?? 0) <= 3_000;
    if (faults.length === 0 && !isFree()) faults.push('the lease was not given back');
  } finally {
    ledger.close();
  }
  return round;
}

async function disturb(round, plan) {
  const began = performance.now();
  const acts = [];
  for (const act of plan) {
    await delay(Math.max(0, began + act.at - performance.now()));
    acts.push(perform(round, act).catch((error) => round.faults.push(String(error.stack))));
  }
  round.ledger.stopWaiting();
  await Promise.all(acts);
}

async function perform(round, act) {
  const { crew, intruder, ledger } = round;
  const { place, downFor, duration, how } = act;
  const number = crew.at(place)?.number;
  switch (act.kind) {
    case 'kills':
      if (crew.kill(place, downFor)) ledger.note(`${number} killed`);
      return;
    case 'stops':
      if (crew.stop(place, duration)) ledger.note(`${number} stopped for ${duration} ms`);
      return;
    case 'tokenEdits':
      return intruder.editToken(how);
    case 'leaseEdits':
      return intruder.editLease(how);
    case 'ends':
      ledger.endSessions();
      if (act.aimed) await strikeNextLogin(round, act.aimed);
  }
}

/** Performs an act some time after the next login has arrived, on the process that makes it. */
async function strikeNextLogin(round, act) {
  const { crew, ledger } = round;
  const number = await ledger.nextLogin();
  if (number === undefined) return;
  await delay(act.after);
  const place = crew.placeOf(crew.of(number));
  // If it was killed otherwise meanwhile, another has its place.
  if (place >= 0) await perform(round, { ...act, place });
}

/** Waits until all hold the live session that is stored; resolves with the milliseconds, or `undefined`. */
async function agreement({ crew }, fleet) {
  const began = performance.now();
  const { simulator } = fleet;
  while (performance.now() < began + AGREEMENT_MS) {
    const asked = crew.present.map(({ member }) => member.ask('current').catch(() => undefined));
    const held = new Set(await Promise.race([Promise.all(asked), delay(AGREEMENT_MS, [])]));
    const [token] = held;
    const isAlive = simulator.liveTokens().includes(token);
    if (held.size === 1 && isAlive && token === (await fleet.stored())) {
      return Math.round(performance.now() - began);
    }
    await delay(20);
  }
  return undefined;
}
