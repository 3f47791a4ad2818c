import type { BetfairSessionOptions, SessionStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { post, RPC, rpcCall } from '../support/betting.js';
import type { Invariants } from '../support/invariants/invariants.js';
import { PartlyDownStorage } from '../support/partly-down.storage.js';
import type { VirtualClock } from '../support/virtual.clock.js';
import { Ledger } from './month.ledger.js';
import type { SeededRandom } from '../support/random.mjs';
import { codeOf, Tally } from './report.js';
import { type SoakProcess, type SoakService, startProcess } from './soak.process.js';

/** How often the applications use their sessions, in milliseconds. */
export const TICK = 5 * 60_000;
/** After an outage: the longest back-off, or wait for a login of the budget, and the tick in which it shows. */
const RECOVERY = 2 * TICK;
/** Longest time by which a process puts a login off that cannot read the store: that of a lease. */
const PUT_OFF = 15_000;

export const ACCOUNTS = [
  { username: 'alice', jurisdiction: 'global' },
  { username: 'bruno', jurisdiction: 'italy' },
  { username: 'carla', jurisdiction: 'spain' },
] as const;

/** The accounts of each process. `carla` is in one only: without the store, two would each log in. */
const PROCESSES = [
  ['alice', 'bruno'],
  ['alice', 'bruno'],
  ['alice', 'carla'],
] as const;

export type Outage = 'identity' | 'store' | 'api';

/** Processes that share a store, what they use Betfair for, and what they meet. */
export class MonthWorld {
  readonly failures = new Tally();
  readonly ledger: Ledger;
  /** Longest time that a service had no session, in milliseconds. */
  longestWithout = 0;
  /** Monotonic time at which each outage ends. */
  readonly #ends: Record<Outage, number> = { identity: 0, store: 0, api: 0 };
  readonly #processes = new Map<number, SoakProcess>();
  readonly #without = new Map<SoakService, number>();
  #storage: SessionStorage;
  #lastTrouble = 0;

  constructor(
    readonly simulator: BetfairSimulator,
    readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly invariants: Invariants,
  ) {
    this.#storage = this.#newStorage();
    this.ledger = new Ledger(
      simulator,
      ACCOUNTS.map(({ username }) => username),
    );
  }

  /** Something goes wrong that no session may be had without for a while. */
  noteTrouble(): void {
    this.#lastTrouble = this.clock.monotonic();
  }

  isDown(what: Outage, ago = 0): boolean {
    return this.#ends[what] > this.clock.monotonic() - ago;
  }

  get isWell(): boolean {
    const recovered = this.clock.monotonic() - this.#lastTrouble > RECOVERY;
    return recovered && !this.isDown('identity') && !this.isDown('store');
  }

  /** Begins an outage that ends just before a tick. */
  beginOutage(what: Outage, ticks: number): void {
    this.#ends[what] = this.clock.monotonic() + ticks * TICK - 1;
  }

  async startAll(): Promise<void> {
    for (const index of PROCESSES.keys()) await this.#start(index);
  }

  async stopAll(): Promise<void> {
    for (const index of PROCESSES.keys()) await this.#stop(index);
  }

  /** One process after another, as a redeploy does. */
  async restartAll(): Promise<void> {
    for (const index of PROCESSES.keys()) {
      await this.#stop(index);
      await this.#start(index);
    }
  }

  /** What the store held is gone. */
  loseStore(): void {
    this.#storage = this.#newStorage();
    for (const username of this.ledger.usernames) this.ledger.of(username).lose('store lost');
  }

  /** Every service uses its session, some for an API call. */
  async useAll(calls = 1 / 6): Promise<void> {
    const services = [...this.#processes.values()].flatMap((each) => each.services);
    const uses = services.map((service) => this.#use(service, this.random.chance(calls)));
    await this.clock.until(Promise.all(uses));
  }

  /** Lets a tick pass, and ends what outages end with it. */
  async pass(): Promise<void> {
    await this.clock.advance(TICK);
    this.ledger.noteExpired();
    const { simulator } = this;
    if (this.isDown('identity') || this.isDown('store')) this.noteTrouble();
    if (!this.isDown('api')) simulator.clearFaults('api');
    if (this.isDown('identity')) return;
    simulator.clearFaults('keepAlive');
    simulator.clearFaults('certLogin');
  }

  /** Ends all outages and waits until the services have got over them. */
  async recover(): Promise<void> {
    Object.assign(this.#ends, { identity: 0, store: 0, api: 0 });
    this.simulator.clearFaults();
    for (let waited = 0; waited <= RECOVERY; waited += TICK) {
      await this.useAll(1);
      await this.pass();
    }
  }

  async #use(service: SoakService, calls: boolean): Promise<void> {
    const { sessions, username } = service;
    const now = this.clock.monotonic();
    try {
      await sessions.getSession();
    } catch (error) {
      this.failures.add(codeOf(error));
      if (!this.#without.has(service)) this.#without.set(service, now);
      if (!this.isWell) return;
      throw new Error(`${username} has no session, and all is well.`, { cause: error });
    }
    this.longestWithout = Math.max(this.longestWithout, now - (this.#without.get(service) ?? now));
    this.#without.delete(service);
    if (!calls) return;
    const call = post(rpcCall('listEventTypes', {}, this.random.between(1, 1e9)));
    const outcome = await sessions.fetch(RPC, call).then(({ status }) => status, codeOf);
    if (outcome !== 200) this.failures.add(`API ${outcome}`);
  }

  async #start(index: number): Promise<void> {
    const accounts = (PROCESSES[index] ?? []).map((username) => this.#optionsOf(username));
    const started = await startProcess(accounts, this.clock, this.invariants);
    for (const service of started.services) {
      this.ledger.watch(
        service,
        () => service.username === 'carla' && this.isDown('store', PUT_OFF),
      );
    }
    this.#processes.set(index, started);
    await this.clock.settle();
  }

  async #stop(index: number): Promise<void> {
    const stopped = this.#processes.get(index);
    if (stopped === undefined) return;
    for (const { username, sessions } of stopped.services) {
      const isLost = sessions.current !== undefined && !sessions.status.persisted;
      if (isLost) this.ledger.of(username).lose('closed unstored');
    }
    await this.clock.until(stopped.close());
    for (const service of stopped.services) {
      this.invariants.forget(service.sessions);
      this.#without.delete(service);
    }
    this.#processes.delete(index);
  }

  #optionsOf(username: string): BetfairSessionOptions {
    return {
      ...this.simulator.options(username),
      storage: this.#storage,
      keepAlive: username === 'bruno',
      persistence: username === 'carla' ? 'best-effort' : 'required',
    };
  }

  #newStorage(): SessionStorage {
    return new PartlyDownStorage(() => this.isDown('store'));
  }
}
