import type { BetfairSessionOptions, SessionStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import type { Invariants } from '../../support/invariants/invariants.js';
import { PartlyDownStorage } from '../../support/partly-down.storage.js';
import type { SeededRandom } from '../../support/random.mjs';
import type { VirtualClock } from '../../support/virtual.clock.js';
import { codeOf } from '../report.js';
import { SoakProcess, type SoakService } from '../soak.process.js';
import { ACCOUNTS, HOME, PROCESSES, STAYING, TENANT } from './accounts.js';
import { Ledger } from './ledger.js';
import { Usage } from './usage.js';

/** How often the applications use their sessions, in milliseconds. */
export const TICK = 5 * 60_000;
/** After an outage: the longest back-off, or wait for a login of the budget, and the tick in which it shows. */
const RECOVERY = 2 * TICK;
/** Longest time by which a process puts a login off that cannot read the store: that of a lease. */
const PUT_OFF = 15_000;

export type Outage = 'identity' | 'store' | 'api';

/** Processes that share a store, what they use Betfair for, and what they meet. */
export class MonthWorld {
  readonly ledger: Ledger;
  readonly usage: Usage;
  /** Monotonic time at which each outage ends. */
  readonly #ends: Record<Outage, number> = { identity: 0, store: 0, api: 0 };
  readonly #processes = new Map<number, SoakProcess>();
  #storage: SessionStorage;
  #lastTrouble = 0;

  constructor(
    readonly simulator: BetfairSimulator,
    readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly invariants: Invariants,
  ) {
    this.#storage = this.#newStorage();
    this.usage = new Usage(clock, random, () => this.isWell);
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

  /** The accounts that run now. */
  get present(): readonly [string, ...string[]] {
    return this.#tenant ? [...STAYING, TENANT] : STAYING;
  }

  /** The account that comes and goes does either, and sometimes ends its session as it goes. */
  async comeOrGo(): Promise<void> {
    const home = this.#processes.get(HOME);
    const tenant = this.#tenant;
    if (tenant === undefined) {
      const adding = home?.add({ ...this.#optionsOf(TENANT), storage: this.#storage });
      const added = await this.clock.until(Promise.resolve(adding));
      if (added) this.#watch(added);
      return;
    }
    const removal = home?.remove(tenant, this.random.chance(0.5)).catch((error: unknown) => {
      this.usage.failures.add(`removal ${codeOf(error)}`);
    });
    await this.clock.until(Promise.resolve(removal));
    this.ledger.noteEnd(TENANT, 'logged out');
    this.usage.forget(tenant);
  }

  /** Every service uses its session, some for an API call. */
  async useAll(calls = 1 / 6): Promise<void> {
    const services = [...this.#processes.values()].flatMap((each) => each.services);
    await this.usage.useAll(services, calls);
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
    if (this.#tenant === undefined) await this.comeOrGo();
    for (let waited = 0; waited <= RECOVERY; waited += TICK) {
      await this.useAll(1);
      await this.pass();
    }
  }

  get #tenant(): SoakService | undefined {
    return this.#processes.get(HOME)?.services[0];
  }

  async #start(index: number): Promise<void> {
    const { clock, invariants } = this;
    const accounts = (PROCESSES[index] ?? []).map((username) => this.#optionsOf(username));
    const started = await SoakProcess.start(accounts, { clock, invariants });
    for (const service of started.services) this.#watch(service);
    this.#processes.set(index, started);
    await this.clock.settle();
  }

  #watch(service: SoakService): void {
    this.ledger.watch(service, () => service.username === 'carla' && this.isDown('store', PUT_OFF));
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
      this.usage.forget(service);
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
