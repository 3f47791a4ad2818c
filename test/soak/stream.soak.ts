import { BetfairStream } from 'nestjs-betfair-session/stream';
import { closeAccounts, createAccount } from '../support/account.js';
import { seedFrom, SeededRandom } from '../support/random.mjs';
import { VirtualClock } from '../support/virtual.clock.js';
import { heapInUse, megabytes, report } from './report.js';

const SEED = seedFrom('SEED');
const MINUTE_MS = 60_000;
const MINUTES = Number(process.env['SOAK_STREAM_MINUTES'] ?? 60);
/** Real milliseconds to wait for a request before time passes over it: none hangs here. */
const PATIENCE_MS = 20_000;

/** Mean of these. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

it(
  `${MINUTES} minutes with a cut every few seconds cost one login, no image twice and no memory`,
  async () => {
    process.stdout.write(`SEED=${SEED}\n`);
    const random = new SeededRandom(SEED);
    const clock = new VirtualClock(PATIENCE_MS);
    const { simulator, start } = await createAccount({ clock });
    const { sessions, logger } = await start({}, clock);
    const stream = new BetfairStream(sessions);
    const marketIds = ['1.234567890', '1.234567990', '1.234567991', '1.234567992'];
    const counts = { messages: 0, images: 0 };
    const take = ({ ct }: { readonly ct?: string }) => {
      counts.messages += 1;
      if (ct === 'SUB_IMAGE') counts.images += 1;
    };
    const subscription = stream
      .messages({ subscription: { op: 'marketSubscription', marketFilter: { marketIds } } })
      .subscribe(take);
    subscription.add(
      stream.messages({ subscription: { op: 'orderSubscription' } }).subscribe(take),
    );
    const isServed = () => stream.status.every(({ state }) => state === 'subscribed');
    const heap: number[] = [];
    for (let minute = 0; minute < MINUTES; minute++) {
      const end = clock.monotonic() + MINUTE_MS;
      while (clock.monotonic() < end) {
        await clock.advance(random.between(2_000, 6_000));
        simulator.stream.cut();
        await clock.settle();
        while (!isServed()) await clock.advance(100);
      }
      // They grow with what happens, and are no part of what is measured.
      simulator.clearRequests();
      logger.lines.length = 0;
      heap.push(heapInUse());
    }
    await clock.advance(MINUTE_MS);
    const { resumed, subscriptions } = simulator.stream.counts;
    subscription.unsubscribe();

    const quarter = Math.floor(heap.length / 4);
    const [early, late] = [mean(heap.slice(0, quarter)), mean(heap.slice(-quarter))];
    const reconnects = subscriptions - 2;
    const figures = {
      seed: SEED,
      'virtual minutes': MINUTES,
      messages: counts.messages,
      reconnects,
      'resumed by clk': resumed,
      images: counts.images,
      logins: simulator.counts.logins,
      'mean heap in the first and the last quarter': `${megabytes(early)}, ${megabytes(late)}`,
    };
    await report('The stream in an hour of cuts: `npm run soak:stream`', figures, MINUTES === 60);
    expect(counts.images).toBe(2);
    expect(reconnects).toBeGreaterThan(10 * MINUTES);
    expect(resumed / reconnects).toBeGreaterThanOrEqual(0.95);
    expect(simulator.counts.logins).toBe(1);
    expect(late - early).toBeLessThan(2 * 1_048_576);
    await closeAccounts();
  },
  30 * MINUTE_MS,
);
