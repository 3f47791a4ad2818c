import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RawClients } from '../support/betting.js';
import { alive, Invariants } from '../support/invariants/invariants.js';
import { seedFrom, SeededRandom } from '../support/random.mjs';
import { AccountQueues } from './full-speed/account.queues.js';
import { Company } from './full-speed/company.js';
import { HeapSamples } from './full-speed/heap.samples.js';
import { LoginCauses } from './full-speed/login.causes.js';
import { OrderRecord } from './full-speed/order.record.js';
import { CALM, FOREIGN, type Stage } from './full-speed/stage.js';
import { ECHOED, NOT_ECHOED } from './full-speed/visitor.js';
import { ALL_USERNAMES, World } from './full-speed/world.js';
import { report, Tally } from './report.js';

const SEED = seedFrom('SEED');
const TEN_MINUTES = 600;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? TEN_MINUTES);
/** Servers that can be had here; `npm run soak:real` finds out. */
const SERVERS = (process.env['SOAK_SERVERS'] ?? '').split(',');
/** At the end nothing goes wrong any more: the lease of a process that lost its store may have to run out. */
const CALM_MS = 15_000;
/** Bytes. In a short run, code and connections are still warming up. */
const MOST_GROWTH = (SECONDS < TEN_MINUTES ? 16 : 8) * 1_048_576;
/** Of each kind of work, so that the run says something. A quiet machine does many times as much. */
const LEAST = SECONDS / 10;
/** Sessions of an account are ended that often at most, so that its login budget lasts. */
const BETWEEN_ENDINGS_MS = Math.min(45_000, SECONDS * 500);

it(
  `${SECONDS} seconds at full speed with random faults break nothing and leave nothing behind`,
  async () => {
    process.stdout.write(`SEED=${SEED}\n`);
    const before = alive();
    const simulator = await BetfairSimulator.start({
      accounts: ALL_USERNAMES.map((username, index) => ({
        username,
        jurisdiction: index === 0 ? 'global' : 'italy',
      })),
    });
    simulator.answer('listEventTypes', (_params, { username }) => [{ owner: username }]);
    const invariants = new Invariants(simulator, before);
    const raw = new RawClients(simulator, 5_000);
    const queues = new AccountQueues(ALL_USERNAMES);
    const world = await World.start(SERVERS, simulator, invariants, { raw, queues });
    const end = performance.now() + SECONDS * 1_000;
    const random = new SeededRandom(SEED);
    const stage: Stage = {
      simulator,
      random,
      causes: new LoginCauses(simulator, ALL_USERNAMES),
      orders: new OrderRecord(simulator, random),
      raw,
      queues,
      outcomes: new Tally(),
      isRunning: () => performance.now() < end,
      isDisturbed: () => performance.now() < end - CALM_MS,
    };
    const company = new Company(stage, world);
    const heap = new HeapSamples();
    await Promise.all([
      company.play(BETWEEN_ENDINGS_MS),
      heap.take(SECONDS * 1_000, invariants, stage.isRunning),
    ]);
    const lost = await company.lost();

    const { counts } = simulator;
    queues.close();
    const leases = await world.close();
    await raw.close();
    await simulator.stop();
    const { causes, orders, outcomes } = stage;
    const { followers, tenants } = company;
    const figures = {
      seed: SEED,
      seconds: SECONDS,
      stores: ['memory', ...world.places.keys()].join(', '),
      'what calls came to': outcomes,
      'faults met, beside those of keepAlive and API': causes.seen,
      logins: counts.logins,
      'logins that may have been called for': causes.most,
      'keep-alives': counts.keepAlives,
      'API calls': counts.calls,
      'orders that were placed': orders.placed,
      'times that accounts came': tenants.map(String).join(', '),
      'streams, and their messages': `${followers.counts.begun}, ${followers.messages}`,
      'least heap in the first and the last fifth': heap,
    };
    await report('At full speed: `npm run soak:real`', figures, SECONDS === TEN_MINUTES);
    const broken = await invariants.end();
    expect([...orders.broken]).toEqual([]);
    expect(broken).toEqual([]);
    expect(lost).toEqual([]);
    expect(leases).toEqual([]);
    expect(outcomes.of(FOREIGN) + outcomes.of(`handler ${FOREIGN}`)).toBe(0);
    expect(outcomes.of('answered')).toBeGreaterThan(LEAST);
    expect(outcomes.of('handler answered')).toBeGreaterThan(LEAST);
    expect(outcomes.of(ECHOED)).toBeGreaterThan(LEAST);
    expect(outcomes.of(NOT_ECHOED)).toBe(0);
    expect(orders.placed).toBeGreaterThan(LEAST);
    // Strangers who have refusals repeated cost no login.
    expect(causes.logins(CALM)).toBe(1);
    expect(causes.unfounded).toEqual([]);
    expect(followers.counts).toMatchObject({ completed: followers.counts.begun, failed: 0 });
    expect(heap.growth).toBeLessThan(MOST_GROWTH);
  },
  SECONDS * 1_000 + 180_000,
);
