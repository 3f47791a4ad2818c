import { setTimeout } from 'node:timers/promises';
import type { BetfairSession } from 'nestjs-betfair-session';
import { post, RPC, rpcCall } from '../../support/betting.js';
import { codeOf } from '../report.js';
import type { SoakService } from '../soak.process.js';
import { outcomeOf, type Stage } from './stage.js';

type Kind = (service: SoakService) => Promise<string>;

/** Uses services directly, as jobs and bots do: at full speed, one call after another. */
export class Caller {
  /** Sessions that a service gave, the oldest first. */
  readonly #old = new WeakMap<SoakService, BetfairSession[]>();
  readonly #kinds: readonly (readonly [weight: number, kind: Kind])[];
  #lastId = 0;

  constructor(private readonly stage: Stage) {
    this.#kinds = [
      [0.5, (service) => this.#fetch(service)],
      [0.12, (service) => this.#run(service)],
      [0.08, (service) => this.#call(service)],
      [0.06, (service) => this.#queued(service)],
      [0.06, (service) => this.#order(service)],
      [0.12, (service) => this.#session(service)],
      [0.04, (service) => this.#straggle(service)],
      [0.02, (service) => this.#keepAlive(service)],
    ];
  }

  /** Calls one of these services after another, until that is over. */
  async callAll(services: () => readonly SoakService[], isRunning: () => boolean): Promise<void> {
    const { random } = this.stage;
    while (isRunning()) {
      const all = services();
      const service = all[random.between(0, all.length - 1)];
      if (service !== undefined) await this.#callOnce(service);
    }
  }

  async #callOnce(service: SoakService): Promise<void> {
    const { random, outcomes } = this.stage;
    let left = random.next();
    const [, kind] = this.#kinds.find(([weight]) => (left -= weight) < 0) ?? [];
    try {
      outcomes.add((await kind?.(service)) ?? 'nothing');
    } catch (error) {
      outcomes.add(codeOf(error));
      // As a client does that is told to come back later.
      await setTimeout(20);
    }
  }

  async #fetch({ username, sessions }: SoakService): Promise<string> {
    const { random } = this.stage;
    const signal = AbortSignal.timeout(random.chance(0.1) ? random.between(1, 50) : 2_000);
    const response = await sessions.fetch(RPC, { ...post(this.#read()), signal });
    return outcomeOf(username, await response.text());
  }

  async #run({ username, sessions }: SoakService): Promise<string> {
    const call = this.#read();
    const answer = await sessions.run((session) => this.stage.raw.json(session, call));
    return outcomeOf(username, JSON.stringify(answer));
  }

  async #call({ username, sessions }: SoakService): Promise<string> {
    const signal = AbortSignal.timeout(1_000);
    const answer = await sessions.call('SportsAPING/v1.0/listEventTypes', {}, { signal });
    return outcomeOf(username, JSON.stringify(answer));
  }

  #queued(service: SoakService): Promise<string> {
    const { queues, random } = this.stage;
    return queues.add(service.username, random.between(0, 1), () => this.#call(service));
  }

  async #order({ username, sessions }: SoakService): Promise<string> {
    const { orders, random, raw } = this.stage;
    const order = { jsonrpc: '2.0', ...orders.next() };
    const signal = AbortSignal.timeout(2_000);
    const text = random.chance(0.5)
      ? await (await sessions.fetch(RPC, { ...post(order), signal })).text()
      : JSON.stringify(await sessions.run((session) => raw.json(session, order)));
    orders.told(order.id, text);
    return outcomeOf(username, text);
  }

  async #session(service: SoakService): Promise<string> {
    const session = await service.sessions.getSession();
    const old = this.#old.get(service) ?? [];
    this.#old.set(service, old);
    if (old.at(-1) !== session) old.push(session);
    return 'served';
  }

  /** A straggler: its session was refused long ago. */
  async #straggle(service: SoakService): Promise<string> {
    const old = this.#old.get(service) ?? [];
    const [first] = old;
    if (first && old.length > 1) await service.sessions.refresh(first);
    return 'refreshed';
  }

  async #keepAlive({ sessions }: SoakService): Promise<string> {
    await sessions.keepAlive();
    return 'kept alive';
  }

  #read() {
    return rpcCall('listEventTypes', {}, (this.#lastId += 1));
  }
}
