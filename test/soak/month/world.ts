import type { SessionStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import type { Invariants } from '../../support/invariants/invariants.js';
import { PartlyDownStorage } from '../../support/partly-down.storage.js';
import type { SeededRandom } from '../../support/random.mjs';
import type { VirtualClock } from '../../support/virtual.clock.js';
import { codeOf } from '../report.js';
import { SoakProcess, type SoakService } from '../soak.process.js';
import { HOME, PROCESSES, STAYING, TENANT, USERNAMES, waysOf } from './accounts.js';
import { Ledger } from './ledger.js';
import { Outages, RECOVERY, TICK } from './outages.js';
import { Usage } from './usage.js';

/** Processes that share a store, what they use Betfair for, and what they meet. */
export class MonthWorld {
  readonly ledger: Ledger;
  readonly usage: Usage;
  readonly outages: Outages;
  readonly #processes = new Map<number, SoakProcess>();
  #storage: SessionStorage;

  constructor(
    readonly simulator: BetfairSimulator,
    readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly invariants: Invariants,
  ) {
    this.outages = new Outages(clock);
    this.#storage = this.#newStorage();
    this.usage = new Usage(clock, random, this.outages);
    this.ledger = new Ledger(simulator, USERNAMES);
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
      const adding = home?.add(this.#optionsOf(TENANT));
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
    const { outages, simulator } = this;
    if (outages.isDown('identity') || outages.isDown('store')) outages.noteTrouble();
    if (!outages.isDown('api')) simulator.clearFaults('api');
    if (outages.isDown('identity')) return;
    simulator.clearFaults('keepAlive');
    simulator.clearFaults('certLogin');
  }

  /** Ends all outages and waits until the services have got over them. */
  async recover(): Promise<void> {
    this.outages.endAll();
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
    this.ledger.watch(service, () => service.username === 'carla' && this.outages.isBlinding);
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

  #optionsOf(username: string) {
    return { ...this.simulator.options(username), storage: this.#storage, ...waysOf(username) };
  }

  #newStorage(): SessionStorage {
    return new PartlyDownStorage(() => this.outages.isDown('store'));
  }
}
