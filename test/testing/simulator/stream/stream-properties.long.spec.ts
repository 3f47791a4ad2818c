import { SeededRandom } from '../../../support/random.mjs';
import { PRICES } from '../../../../lib/testing/simulator/market/price.increments.js';
import { limit, type Trader } from '../market/market-wire.js';
import { StreamCache } from './stream-cache.js';
import { expectBooks, expectOrders } from './stream-expectations.js';
import type { StreamWire } from './stream-wire.js';
import { StreamWorld } from './stream-world.js';

const SEEDS = [1, 2, 3, 4];
const ACTIONS = 30;
const STEP_MS = 500;
const MARKET_IDS = ['1.234567890', '1.234567891', '1.234567990', '1.234567992', '1.2'];
const KINDS = [
  'time',
  'time',
  'jump',
  'place',
  'place',
  'cancel',
  'subscribe',
  'disconnect',
] as const;
const RUNNERS = [47_972, 47_973];

/** A client that keeps a cache, loses its connection at times, and goes on from its clocks. */
class Client {
  readonly cache = new StreamCache();
  #wire: StreamWire | undefined;

  constructor(
    private readonly world: StreamWorld,
    private readonly random: SeededRandom,
  ) {}

  /** Subscribes to both, on a new connection or again on this one. */
  async subscribe(conflateMs = this.random.pick([0, 0, 200, 3_000])): Promise<void> {
    await this.read();
    if (this.random.chance(0.3)) this.disconnect();
    const { random } = this;
    const terms = { conflateMs, segmentationEnabled: random.chance(0.5), heartbeatMs: 700 };
    const marketFilter = { marketIds: MARKET_IDS };
    const { mcm, ocm } = this.cache.clocks;
    for (const message of [
      { op: 'marketSubscription', id: 2, marketFilter, ...terms, ...mcm },
      { op: 'orderSubscription', id: 3, ...terms, ...ocm },
    ]) {
      this.#wire ??= await this.world.connect();
      this.#wire.send(message);
      const others = this.cache.takeAll(await this.#wire.sync());
      expect(others).toMatchObject([{ op: 'status', id: message.id, statusCode: 'SUCCESS' }]);
    }
  }

  disconnect(): void {
    this.#wire?.destroy();
    this.#wire = undefined;
  }

  async read(): Promise<void> {
    if (this.#wire) expect(this.cache.takeAll(await this.#wire.sync())).toEqual([]);
  }
}

/** Places an order near the price of the market, so that some are matched at once, some later, and some never. */
async function place(trader: Trader, random: SeededRandom): Promise<void> {
  const marketId = random.pick(['1.234567890', '1.2']);
  const instructions = [];
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const selectionId = RUNNERS[random.between(0, 1)] ?? 0;
    const { back } = await trader.best(marketId, selectionId);
    const price = PRICES[PRICES.indexOf(back.price) + random.between(-4, 4)] ?? 2;
    const side = random.pick<'BACK' | 'LAY'>(['BACK', 'LAY']);
    instructions.push(limit(selectionId, side, price, random.between(100, 900) / 100));
  }
  await trader.place(marketId, ...instructions);
}

async function cancel(trader: Trader, random: SeededRandom): Promise<void> {
  const open = (await trader.orders()).filter(({ status }) => status === 'EXECUTABLE');
  const order = open[random.between(0, open.length - 1)];
  if (!order) return;
  const isPart = random.chance(0.5) && order.sizeRemaining > 1;
  const { betId, marketId } = order;
  const instruction = { betId, ...(isPart && { sizeReduction: 0.5 }) };
  await trader.cancel({ marketId, instructions: [instruction] });
}

it.each(SEEDS)(
  'a cache made of messages equals the books and orders, with seed %i',
  async (seed) => {
    const random = new SeededRandom(seed);
    const world = await StreamWorld.start({ seed });
    try {
      const trader = await world.trader();
      const client = new Client(world, random);
      await client.subscribe();
      for (let action = 0; action < ACTIONS; action += 1) {
        const kind = random.pick(KINDS);
        if (kind === 'time') await world.clock.advance(random.between(1, 5_000));
        if (kind === 'jump') world.clock.setWallBack(-random.between(1, 3_600_000));
        if (kind === 'place') await place(trader, random);
        if (kind === 'cancel') await cancel(trader, random);
        if (kind === 'subscribe') await client.subscribe();
        if (kind === 'disconnect') client.disconnect();
        await client.read();
      }
      // Now and without conflation, so that there is nothing that it does not know yet.
      await client.subscribe(0);
      await expectBooks(client.cache, trader);
      await expectOrders(client.cache, trader);
      await world.clock.advance(10 * STEP_MS);
      await client.read();
      await expectBooks(client.cache, trader);
      await expectOrders(client.cache, trader);
      expect(world.simulator.stream.counts.resumed).toBeGreaterThan(2);
    } finally {
      await world.stop();
    }
  },
);
