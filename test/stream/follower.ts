import { setTimeout } from 'node:timers/promises';
import type { Observable, Subscription } from 'rxjs';
import {
  BetfairStream,
  type MarketChangeMessage,
  type MarketSubscription,
  type OrderChangeMessage,
  type OrderSubscription,
  type StreamAddress,
  type StreamOptions,
  type StreamStatus,
} from 'nestjs-betfair-session/stream';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';
import type { BetfairSimulatorOptions } from 'nestjs-betfair-session/testing';
import type { TestApplication } from '../support/application.js';
import { createAccount, type TestAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

/** Milliseconds to wait for what is real: a machine may be slow. */
const PATIENCE_MS = 20_000;

/** One market, and a heartbeat every second. */
export const MARKET = {
  subscription: {
    op: 'marketSubscription',
    marketFilter: { marketIds: ['1.234567890'] },
    marketDataFilter: { fields: ['EX_BEST_OFFERS'] },
  },
  heartbeatMs: 1_000,
} satisfies StreamOptions<MarketSubscription>;

export const ORDERS = {
  subscription: { op: 'orderSubscription' },
  heartbeatMs: 1_000,
} satisfies StreamOptions<OrderSubscription>;

/** What a subscriber of a stream has seen. */
export class Follower<M extends MarketChangeMessage | OrderChangeMessage> {
  readonly messages: M[] = [];
  completed = false;
  failed: unknown;
  readonly #subscription: Subscription;

  constructor(messages$: Observable<M>) {
    this.#subscription = messages$.subscribe({
      next: (message) => this.messages.push(message),
      complete: () => (this.completed = true),
      error: (error: unknown) => (this.failed = error),
    });
  }

  /** Kinds of the messages; those without a kind are changes. */
  get kinds(): readonly string[] {
    return this.messages.map(({ ct = 'CHANGE' }) => ct);
  }

  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }
}

/** An application with a stream, and a simulator, that share a clock. */
export class StreamScene {
  /** Every status that was told, the latest last. */
  readonly statuses: (readonly StreamStatus[])[] = [];

  private constructor(
    readonly clock: VirtualClock,
    readonly account: TestAccount,
    readonly application: TestApplication,
    readonly stream: BetfairStream,
  ) {
    stream.status$.subscribe((status) => this.statuses.push(status));
  }

  static async start({
    simulator = {},
    options = {},
    address,
  }: {
    simulator?: BetfairSimulatorOptions;
    options?: Partial<BetfairSessionOptions>;
    address?: StreamAddress;
  } = {}): Promise<StreamScene> {
    const clock = new VirtualClock();
    clock.random = () => 0.5;
    const account = await createAccount({ clock, ...simulator });
    const application = await account.start(options, clock);
    const stream = new BetfairStream(application.sessions, address);
    return new StreamScene(clock, account, application, stream);
  }

  get simulator() {
    return this.account.simulator;
  }

  /** The status of the only subscription. */
  get status(): StreamStatus | undefined {
    return this.stream.status[0];
  }

  followMarkets(options: StreamOptions<MarketSubscription> = MARKET) {
    return new Follower(this.stream.messages(options));
  }

  followOrders(options: StreamOptions<OrderSubscription> = ORDERS) {
    return new Follower(this.stream.messages(options));
  }

  /** Waits, without time passing, until something is the case; requests and messages are real. */
  async until(condition: () => boolean): Promise<void> {
    const giveUp = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > giveUp) throw new Error(`Waited in vain for ${String(condition)}.`);
      await setTimeout(1);
    }
  }

  /** Lets what is on its way arrive. */
  async pause(): Promise<void> {
    await setTimeout(10);
  }

  /** Waits until the only subscription is served. */
  async subscribed(): Promise<void> {
    await this.state('subscribed');
  }

  /** Lets time pass until the only subscription, which is interrupted, is served again. */
  async again(): Promise<void> {
    await this.until(() => this.status?.state !== 'subscribed');
    for (let half = 0; this.status?.state !== 'subscribed'; half += 1) {
      if (half === 1_000) throw new Error('It is not served again.');
      await this.clock.advance(500);
    }
  }

  async state(state: StreamStatus['state']): Promise<void> {
    await this.until(() => this.status?.state === state);
  }

  /** Places a bet that waits. */
  async placeOrder(): Promise<void> {
    const limitOrder = { size: 2, price: 1000, persistenceType: 'LAPSE' };
    await this.application.sessions.call('SportsAPING/v1.0/placeOrders', {
      marketId: '1.234567890',
      instructions: [{ selectionId: 47972, side: 'BACK', orderType: 'LIMIT', limitOrder }],
    });
  }

  /** Everything that was logged, as text. */
  get logged(): string {
    return JSON.stringify(this.application.logger.lines);
  }
}
