// The processes of a round: each may be killed and started again, or stopped for a while.
import { KEY } from '../fleet/fleet.mjs';
import { SHORT } from '../fleet/scenarios.mjs';

const OPTIONS = { ...SHORT, renewalTimeout: 20_000, sessionKey: KEY };

/** One process from its start to its end. */
class Life {
  /** When it was stopped and resumed, in milliseconds since the Unix epoch. */
  stops = [];
  killedAt = Infinity;
  /** How it ended, if nobody killed it. */
  died = undefined;

  constructor(number, member) {
    this.number = number;
    this.member = member;
  }

  get isKilled() {
    return this.killedAt < Infinity;
  }

  get isStopped() {
    return this.stops.at(-1)?.to === Infinity;
  }

  wasStoppedIn(from, to) {
    return this.stops.some((stop) => stop.from <= to && stop.to >= from);
  }

  /** Calls as they were told of, and the ones that were under way when it was killed. */
  get calls() {
    const { calls } = this.member;
    if (!this.isKilled) return calls;
    const cutOff = ['fetch', 'call'].flatMap((way) => {
      const last = calls.findLast((call) => call.way === way);
      const at = last && last.at + last.ms;
      return last ? [{ way, at, ms: this.killedAt - at, outcome: CUT_OFF }] : [];
    });
    return [...calls, ...cutOff];
  }
}

/** What a call comes to when its process is killed. */
export const CUT_OFF = 'cut off';

export class Crew {
  /** Every process that there was. */
  lives = [];
  #places = [];
  #starting = new Set();
  #timers = new Set();
  #isClosing = false;

  constructor(fleet) {
    this.fleet = fleet;
  }

  /** The process at that place. */
  at(place) {
    return this.#places[place];
  }

  /** The process of that number, which the paths of its requests to the identity service carry. */
  of(number) {
    return this.lives[number - 1];
  }

  async startAll(size) {
    for (let place = 0; place < size; place += 1) this.start(place);
    await this.#settled();
  }

  start(place) {
    const { fleet } = this;
    const number = this.lives.length + 1;
    const { stream, ...endpoints } = fleet.simulator.options().endpoints;
    const mark = ([name, url]) => [name, name === 'api' ? url : `${url}?process=${number}`];
    const marked = Object.fromEntries(Object.entries(endpoints).map(mark));
    const booted = fleet.boot(1, { ...OPTIONS, endpoints: { ...marked, stream } });
    // Its process is there at once, so that it can be killed while it boots.
    const life = new Life(number, fleet.members.at(-1));
    this.lives.push(life);
    this.#places[place] = life;
    life.member.child.on('exit', (code, signal) => {
      if (!life.isKilled && !this.#isClosing) life.died = String(code ?? signal);
    });
    // A message to one that is being killed.
    life.member.child.on('error', () => undefined);
    const started = booted
      .then(() => life.member.ask('callWithoutEnd'))
      .catch((error) => {
        if (!life.isKilled) life.died ??= String(error);
      })
      .finally(() => this.#starting.delete(started));
    this.#starting.add(started);
  }

  /** Kills the process at `place`, and starts another after `ms`; `false` if there is none. */
  kill(place, ms) {
    const life = this.at(place);
    if (!life || life.isKilled) return false;
    life.killedAt = Date.now();
    life.member.signal('SIGKILL');
    this.#later(ms, () => this.start(place));
    return true;
  }

  /** Stops the process at `place` for `ms`; `false` if there is none that runs. */
  stop(place, ms) {
    const life = this.at(place);
    if (!life || life.isKilled || life.isStopped) return false;
    life.stops.push({ from: Date.now(), to: Infinity });
    life.member.signal('SIGSTOP');
    this.#later(ms, () => resume(life));
    return true;
  }

  placeOf(life) {
    return this.#places.indexOf(life);
  }

  /** Resumes whoever is stopped and starts whoever is missing. */
  async restore() {
    for (const timer of this.#timers) timer.now();
    await this.#settled();
  }

  /** The processes at all places. */
  get present() {
    return this.#places;
  }

  /** Lets them all end by themselves. */
  async close() {
    this.#isClosing = true;
    await this.fleet.close();
  }

  #later(ms, work) {
    const now = () => {
      clearTimeout(timeout);
      this.#timers.delete(timer);
      work();
    };
    const timeout = setTimeout(now, ms);
    const timer = { now };
    this.#timers.add(timer);
  }

  async #settled() {
    while (this.#starting.size > 0) await Promise.all(this.#starting);
  }
}

function resume(life) {
  if (!life.isKilled) life.member.signal('SIGCONT');
  const stop = life.stops.at(-1);
  stop.to = Math.min(Date.now(), life.killedAt);
}
