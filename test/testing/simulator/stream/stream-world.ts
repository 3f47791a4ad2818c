import {
  BetfairSimulator,
  createTestSession,
  type SimulatorLimits,
} from '../../../../lib/testing/index.js';
import { VirtualClock } from '../../../support/virtual.clock.js';
import { Trader } from '../market/market-wire.js';
import { StreamWire } from './stream-wire.js';
import { rightClient } from '../wire.js';

/** Members of change messages that tests look at. */
export interface ChangeMessage {
  readonly op: 'mcm' | 'ocm';
  readonly id?: number;
  readonly ct?: string;
  readonly segmentType?: string;
  readonly initialClk?: string;
  readonly clk?: string;
  readonly pt: number;
  readonly heartbeatMs?: number;
  readonly conflateMs?: number;
  readonly status?: number;
  readonly mc?: readonly MarketChange[];
  readonly oc?: readonly OrderMarketChange[];
}

export interface MarketChange {
  readonly id: string;
  readonly img?: boolean;
  readonly con?: boolean;
  readonly tv?: number;
  readonly marketDefinition?: Readonly<Record<string, unknown>>;
  readonly rc?: readonly RunnerChange[];
}

export type Rows = readonly (readonly number[])[];

export interface RunnerChange {
  readonly id: number;
  readonly ltp?: number;
  readonly tv?: number;
  readonly batb?: Rows;
  readonly batl?: Rows;
  readonly bdatb?: Rows;
  readonly bdatl?: Rows;
  readonly atb?: Rows;
  readonly atl?: Rows;
  readonly trd?: Rows;
}

export interface StreamOrder {
  readonly id: string;
  readonly p: number;
  readonly s: number;
  readonly side: 'B' | 'L';
  readonly status: 'E' | 'EC';
  readonly avp?: number;
  readonly sm: number;
  readonly sr: number;
  readonly sc: number;
}

export interface OrderMarketChange {
  readonly id: string;
  readonly fullImage?: boolean;
  readonly orc?: readonly {
    readonly id: number;
    readonly fullImage?: boolean;
    readonly uo?: readonly StreamOrder[];
    readonly mb?: Rows;
    readonly ml?: Rows;
  }[];
}

/** A simulator whose time passes when a test says so, and clients of its Stream API. */
export class StreamWorld {
  readonly #clients: StreamWire[] = [];

  private constructor(
    readonly simulator: BetfairSimulator,
    readonly clock: VirtualClock,
  ) {}

  static async start(
    options: { limits?: SimulatorLimits; accounts?: { username: string }[]; seed?: number } = {},
  ): Promise<StreamWorld> {
    const clock = new VirtualClock();
    return new StreamWorld(await BetfairSimulator.start({ clock, ...options }), clock);
  }

  trader(username?: string): Promise<Trader> {
    return Trader.on(this.simulator, username);
  }

  /** A connection that is authenticated for that account, or the first. */
  async connect(username?: string): Promise<StreamWire> {
    const client = new StreamWire(this.simulator);
    this.#clients.push(client);
    await client.next();
    const options = this.simulator.options(username);
    const token = await rightClient(options).token();
    const session = createTestSession({ ...options, token });
    await client.ask(session.streamAuthentication({ id: 1 }));
    return client;
  }

  /** Subscribes on a new connection. Returns it, and what came after the status. */
  async subscribe(message: object, username?: string) {
    const client = await this.connect(username);
    return { client, messages: await subscribe(client, message) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.simulator.stop();
  }
}

/** Subscribes to markets, unless the message says otherwise. Returns what came after the status. */
export async function subscribe(client: StreamWire, message: object) {
  const status = await client.ask({ op: 'marketSubscription', id: 2, ...message });
  expect(status).toMatchObject({ op: 'status', statusCode: 'SUCCESS' });
  return changes(client);
}

/** The change messages that arrived until now; fails if anything else did. */
export async function changes(client: StreamWire): Promise<readonly ChangeMessage[]> {
  return (await client.sync()).map(changeOf);
}

export async function nextChange(client: StreamWire): Promise<ChangeMessage> {
  return changeOf(await client.next());
}

function changeOf(message: unknown): ChangeMessage {
  if (isChangeMessage(message)) return message;
  throw new Error(`Not a change: ${JSON.stringify(message)}`);
}

/** Tells a change message from others. */
export function isChangeMessage(message: unknown): message is ChangeMessage {
  const op = typeof message === 'object' && message !== null && 'op' in message && message.op;
  return op === 'mcm' || op === 'ocm';
}
