import type { BetfairSimulator, SimulatorFault } from 'nestjs-betfair-session/testing';
import type { SeededRandom } from '../../support/random.mjs';

/** More than ten minutes bring. */
const MOST_ORDERS = 1_000_000;
/** Part of the orders whose answer is lost. */
const LOST = 0.05;
const LOSSES: readonly [SimulatorFault, ...SimulatorFault[]] = [
  'reset',
  'hung-body',
  'html',
  'truncated',
  { status: 503 },
];
const OPERATION = 'SportsAPING/v1.0/placeOrders';
const REFERENCE = /"customerRef":"(\d+)"/;

/** What became of each order at Betfair. It is known by its reference, which is its alone. */
export class OrderRecord {
  readonly broken = new Set<string>();
  /** Orders that were carried out. */
  placed = 0;
  readonly #arrivals = new Uint8Array(MOST_ORDERS);
  readonly #isPlaced = new Uint8Array(MOST_ORDERS);
  #last = 0;

  constructor(simulator: BetfairSimulator, random: SeededRandom) {
    // Every request is seen as it arrives, whatever becomes of it.
    simulator.intercept(({ body }) => {
      if (!body.includes(OPERATION)) return undefined;
      this.#arrived(body);
      if (random.chance(LOST)) simulator.fail('api', random.pick(LOSSES), { processed: true });
      return undefined;
    });
    simulator.answer('placeOrders', ({ customerRef }, { username }) => {
      this.#place(Number(customerRef));
      return { status: 'SUCCESS', customerRef, owner: username };
    });
  }

  /** A new order, as JSON-RPC has it. */
  next() {
    return OrderRecord.order((this.#last += 1));
  }

  /** The order of that number. */
  static order(number: number) {
    const customerRef = String(number);
    const instructions = [{ selectionId: 1, side: 'BACK', orderType: 'LIMIT' }];
    return {
      id: number,
      method: OPERATION,
      params: { marketId: '1.2', instructions, customerRef },
    };
  }

  /** Notes what the application was told of an order. */
  told(number: number, text: string): void {
    if (text.includes('SUCCESS') && this.#isPlaced[number] !== 1) {
      this.broken.add('an order was not placed, and the application was told that it was');
    }
  }

  #arrived(body: string): void {
    const number = Number(REFERENCE.exec(body)?.[1] ?? 0);
    const arrivals = (this.#arrivals[number] ?? 0) + 1;
    this.#arrivals[number] = arrivals;
    if (this.#isPlaced[number] === 1) this.broken.add('an order arrived again after it was placed');
    if (arrivals > 2) this.broken.add('an order arrived more than twice');
  }

  #place(number: number): void {
    if (this.#isPlaced[number] === 1) this.broken.add('an order was placed twice');
    this.#isPlaced[number] = 1;
    this.placed += 1;
  }
}
