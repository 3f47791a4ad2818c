import { setTimeout } from 'node:timers/promises';
import { SessionStorageError } from 'nestjs-betfair-session';
import type { SimulatorFault } from 'nestjs-betfair-session/testing';
import type { FaultyStorage } from '../../support/faulty.storage.js';
import type { ServerPlace } from './server.place.js';
import type { Stage } from './stage.js';

const FAULTS: readonly [SimulatorFault, ...SimulatorFault[]] = [
  'hung',
  'hung-body',
  'reset',
  'html',
  'truncated',
  { slow: 300 },
  { status: 302 },
  { status: 403 },
  { status: 503 },
];
/** Milliseconds before a strike within which a login may have begun that it hits. */
const BEFORE_STRIKE_MS = 1_500;

const down = () => new SessionStorageError('The store is down.', 'unavailable');

/** Lets things go wrong: requests, stores, streams and sessions. */
export class Disturber {
  constructor(private readonly stage: Stage) {}

  /** One thing after another, for one request or until the next one does. */
  async injure(storages: readonly [FaultyStorage, FaultyStorage]): Promise<void> {
    const { random, simulator, causes, isDisturbed } = this.stage;
    while (isDisturbed()) {
      await setTimeout(random.between(50, 500));
      // Reads and writes are rare: faults that wait for them would add up to an outage of minutes.
      for (const storage of storages) storage.heal();
      const what = random.pick(['api', 'keepAlive', 'read', 'write'] as const);
      if (what === 'api' || what === 'keepAlive') {
        // Carried out or not: an order must not be sent again either way.
        simulator.fail(what, random.pick(FAULTS), { processed: random.chance(0.5) });
        continue;
      }
      const hangs = random.chance(0.5);
      random.pick(storages).fail(what, () => {
        if (what === 'write') causes.ofAny('write of a store failed');
        else causes.seen.add('read of a store failed');
        if (hangs) return new Promise(() => undefined);
        throw down();
      });
    }
  }

  /** Ends the sessions of one account after another, each as seldom as its login budget allows. */
  async endSessions(usernames: readonly string[], everyMs: number): Promise<void> {
    const { random, simulator, causes, isDisturbed } = this.stage;
    for (let turn = 0; isDisturbed(); turn++) {
      await setTimeout(everyMs / usernames.length);
      causes.endSessions(usernames[turn % usernames.length] ?? '');
      if (random.chance(0.3)) {
        causes.ofAny('answer of a login lost');
        const fault = random.pick(['reset', 'hung', 'hung-body', 'html'] as const);
        simulator.fail('certLogin', fault, { processed: true });
      }
    }
  }

  /** Strikes a server now and then. A login that was under way may be lost, and is then made again. */
  async strike(place: ServerPlace, usernames: readonly string[]): Promise<void> {
    const { random, causes, isDisturbed } = this.stage;
    while (isDisturbed()) {
      await setTimeout(random.between(500, 3_000));
      const before = usernames.map((username) => causes.logins(username));
      await setTimeout(BEFORE_STRIKE_MS);
      const strike = await place.strike(random, random.between(100, 3_000));
      causes.seen.add(`${strike} of ${place.name}`);
      for (const [index, username] of usernames.entries()) {
        if (causes.logins(username) === before[index]) continue;
        causes.of(username, `login while ${place.name} failed`);
      }
    }
  }

  async disturbStreams(): Promise<void> {
    const { random, simulator, causes, isDisturbed } = this.stage;
    const { stream } = simulator;
    const acts = {
      cut: () => stream.cut(),
      silence: () => stream.silence(),
      garble: () => stream.garble(),
      refusal: () => stream.fail('UNEXPECTED_ERROR'),
      late: () => {
        stream.late = !stream.late;
      },
    };
    while (isDisturbed()) {
      // Long enough apart that most are served meanwhile: else their pauses grow to a minute.
      await setTimeout(random.between(3_000, 8_000));
      const act = random.pick(['cut', 'cut', 'silence', 'garble', 'refusal', 'late'] as const);
      acts[act]();
      causes.seen.add(`streams: ${act}`);
    }
  }
}
