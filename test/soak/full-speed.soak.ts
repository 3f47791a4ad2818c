import { setTimeout } from 'node:timers/promises';
import { type BetfairSession, MemoryStorage, SessionStorageError } from 'nestjs-betfair-session';
import { BetfairSimulator, type SimulatorFault } from 'nestjs-betfair-session/testing';
import { post, RawClients, RPC, rpcCall } from '../support/betting.js';
import { CountingClock } from '../support/counting.clock.js';
import { FaultyStorage } from '../support/faulty.storage.js';
import { alive, Invariants } from '../support/invariants/invariants.js';
import { seedFrom, SeededRandom } from '../support/random.mjs';
import { codeOf, heapInUse, megabytes, report, Tally } from './report.js';
import { type SoakService, startProcess } from './soak.process.js';

const SEED = seedFrom('SEED');
const TEN_MINUTES = 600;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? TEN_MINUTES);
const CALLERS = 8;
const SAMPLES = 25;
const USERNAMES = ['alice', 'bruno', 'carla'] as const;
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
/** Sessions of an account are ended that often at most, so that its login budget lasts. */
const BETWEEN_ENDINGS = 45_000;

/** What must never come: an answer for another account. */
const FOREIGN = 'answered for another account';
const down = () => new SessionStorageError('The store is down.', 'unavailable');
const random = new SeededRandom(SEED);
let lastId = 0;

/** Lets one thing go wrong, for one request or until the next one does; tells when a store fails. */
function injure(
  simulator: BetfairSimulator,
  storages: readonly [FaultyStorage, FaultyStorage],
  onStruck: (operation: 'read' | 'write') => void,
) {
  const what = random.pick(['api', 'keepAlive', 'read', 'write'] as const);
  if (what === 'api' || what === 'keepAlive') return simulator.fail(what, random.pick(FAULTS));
  const hangs = random.chance(0.5);
  return random.pick(storages).fail(what, () => {
    onStruck(what);
    if (hangs) return new Promise(() => undefined);
    throw down();
  });
}

/** One call of one kind or another; what it comes to. */
async function callOnce(
  { username, sessions }: SoakService,
  raw: RawClients,
  old: BetfairSession[],
) {
  const call = rpcCall('listEventTypes', {}, ++lastId);
  const read = (text: string) => {
    const [, owner] = /"owner":"(\w+)"/.exec(text) ?? [];
    if (owner === undefined) return 'answered otherwise';
    return owner === username ? 'answered' : FOREIGN;
  };
  const kind = random.next();
  if (kind < 0.6) {
    const signal = AbortSignal.timeout(random.chance(0.1) ? random.between(1, 50) : 2_000);
    return read(await (await sessions.fetch(RPC, { ...post(call), signal })).text());
  }
  if (kind < 0.8) {
    return read(JSON.stringify(await sessions.run((session) => raw.json(session, call))));
  }
  if (kind < 0.95) {
    const session = await sessions.getSession();
    if (old.at(-1) !== session) old.push(session);
    return 'served';
  }
  if (kind < 0.98) {
    // A straggler: it was refused long ago.
    const [first] = old;
    if (first && old.length > 1) await sessions.refresh(first);
    return 'refreshed';
  }
  await sessions.keepAlive();
  return 'kept alive';
}

it(
  `${SECONDS} seconds at full speed with random faults break nothing and leave nothing behind`,
  async () => {
    process.stdout.write(`SEED=${SEED}\n`);
    const simulator = await BetfairSimulator.start({
      accounts: USERNAMES.map((username, index) => ({
        username,
        jurisdiction: index === 0 ? 'global' : 'italy',
      })),
    });
    simulator.answer('listEventTypes', (_params, { username }) => [{ owner: username }]);
    const before = alive();
    const invariants = new Invariants(simulator, before);
    const shared = new MemoryStorage();
    const storages = [new FaultyStorage(shared), new FaultyStorage(shared)] as const;
    const processes = await Promise.all(
      storages.map((storage) =>
        startProcess(
          USERNAMES.map((name) => ({
            ...simulator.options(name),
            storage,
            requestTimeout: 1_000,
          })),
          new CountingClock(),
          invariants,
        ),
      ),
    );
    const raw = new RawClients(simulator, 5_000);
    const services = processes.flatMap((each) => each.services);
    const outcomes = new Tally();
    const faults = new Tally();
    /** Sessions that ended, logins whose answer was lost, writes that failed: each may call for a login. */
    let calledFor = USERNAMES.length;
    const onStruck = (operation: 'read' | 'write') => {
      faults.add(`${operation} of the store`);
      if (operation === 'write') calledFor += 1;
    };
    const heap: number[] = [];
    const start = performance.now();
    const end = start + SECONDS * 1_000;
    const running = () => performance.now() < end;

    const call = async () => {
      const old = new Map(services.map((service) => [service, new Array<BetfairSession>()]));
      while (running()) {
        const service = services[random.between(0, services.length - 1)];
        if (service === undefined) return;
        const work = callOnce(service, raw, old.get(service) ?? []);
        const outcome = await work.catch(async (error: unknown) => {
          // As a client does that is told to come back later.
          await setTimeout(20);
          return codeOf(error);
        });
        outcomes.add(outcome);
      }
    };
    const disturb = async () => {
      let next = start + 3_000;
      while (running()) {
        await setTimeout(random.between(50, 500));
        // Reads and writes are rare: faults that wait for them would add up to an outage of minutes.
        for (const storage of storages) storage.heal();
        injure(simulator, storages, onStruck);
        if (performance.now() < next) continue;
        next = performance.now() + BETWEEN_ENDINGS / USERNAMES.length;
        faults.add('session ended');
        calledFor += 1;
        simulator.endSessions(random.pick(USERNAMES));
        if (random.chance(0.3)) {
          faults.add('answer of a login lost');
          calledFor += 1;
          simulator.fail('certLogin', random.pick(['reset', 'hung', 'hung-body', 'html']), {
            processed: true,
          });
        }
      }
    };
    /** As the scheduled keep-alive does, but more often than its interval may be. */
    const keepAlive = async ({ sessions }: SoakService) => {
      while (running()) {
        // A failure is published as an event.
        await sessions.keepAlive().catch(() => undefined);
        await setTimeout(random.between(1_600, 2_000));
      }
    };
    const measure = async () => {
      while (running()) {
        await setTimeout((SECONDS * 1_000) / SAMPLES);
        invariants.lookAndForget();
        heap.push(heapInUse());
      }
    };
    await Promise.all([
      ...Array.from({ length: CALLERS }, call),
      ...services.map(keepAlive),
      disturb(),
      measure(),
    ]);
    for (const storage of storages) storage.heal();
    simulator.clearFaults();

    const { counts } = simulator;
    await Promise.all(processes.map((each) => each.close()));
    await raw.close();
    await simulator.stop();
    const fifth = Math.floor(heap.length / 5);
    const [first, last] = [Math.min(...heap.slice(0, fifth)), Math.min(...heap.slice(-fifth))];
    const figures = {
      seed: SEED,
      seconds: SECONDS,
      'what calls came to': outcomes,
      'faults met, beside those of keepAlive and API': faults,
      logins: counts.logins,
      'logins that may have been called for': calledFor,
      'keep-alives': counts.keepAlives,
      'API calls': counts.calls,
      'least heap in the first and the last fifth': `${megabytes(first)}, ${megabytes(last)}`,
    };
    await report('At full speed: `npm run soak:real`', figures, SECONDS === TEN_MINUTES);
    expect(await invariants.end()).toEqual([]);
    expect(outcomes.of(FOREIGN)).toBe(0);
    expect(outcomes.of('answered')).toBeGreaterThan(SECONDS);
    expect(counts.logins).toBeGreaterThanOrEqual(USERNAMES.length);
    expect(counts.logins).toBeLessThanOrEqual(calledFor);
    expect(last - first).toBeLessThan(8 * 1_048_576);
  },
  SECONDS * 1_000 + 120_000,
);
