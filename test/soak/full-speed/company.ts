import { setTimeout } from 'node:timers/promises';
import type { SoakService } from '../soak.process.js';
import { Caller } from './caller.js';
import { Disturber } from './disturber.js';
import { Followers } from './followers.js';
import { CALM, type Stage } from './stage.js';
import { Tenant } from './tenant.js';
import { Visitor } from './visitor.js';
import { ACCOUNTS, type World } from './world.js';

/** For each store. */
const CALLERS = 4;
/** Milliseconds in which all must be served again that was disturbed: more than the longest pause of a stream. */
const RECOVERY_MS = 90_000;

/** All who act in the soak. */
export class Company {
  readonly followers = new Followers();
  readonly tenants: readonly Tenant[];
  readonly #caller: Caller;
  readonly #disturber: Disturber;
  readonly #services: readonly SoakService[];

  constructor(
    private readonly stage: Stage,
    private readonly world: World,
  ) {
    this.#caller = new Caller(stage);
    this.#disturber = new Disturber(stage);
    // Those that stay: more come later.
    this.#services = world.processes.flatMap(({ services }) => [...services]);
    this.tenants = world.tenants.map(
      ([username, storage, home]) => new Tenant(stage, home, username, storage),
    );
  }

  /** Until the time is over. `betweenEndings`: milliseconds between two ends of the sessions of an account. */
  async play(betweenEndings: number): Promise<void> {
    const { followers, stage, tenants, world } = this;
    const caller = this.#caller;
    for (const service of this.#services) followers.follow(service);
    // Callers of their own, so that the trouble of one store keeps nobody from calling for the others.
    const groups = [[CALM], ...world.groups];
    await Promise.all([
      ...groups.flatMap((usernames) => {
        const staying = this.#services.filter(({ username }) => usernames.includes(username));
        const call = () => caller.callAll(() => staying, stage.isRunning);
        return Array.from({ length: CALLERS }, call);
      }),
      ...groups.flatMap((usernames) =>
        world.processes.flatMap(({ url }) => {
          const visitor = new Visitor(stage, url, usernames);
          return [visitor.visit(), visitor.attack()];
        }),
      ),
      ...this.#services.map((service) => this.#keepAlive(service)),
      ...tenants.map((tenant) => tenant.comeAndGo(caller, followers)),
      this.#disturb(world.groups.flat(), betweenEndings),
    ]);
  }

  /** What does not work although nothing is wrong any more. */
  async lost(): Promise<readonly string[]> {
    const end = performance.now() + RECOVERY_MS;
    const failing = await Promise.all(
      this.#services.map(({ username, sessions }) =>
        this.#until(end, `${username} has no answer`, () =>
          sessions.call('SportsAPING/v1.0/listEventTypes').then(
            () => true,
            () => false,
          ),
        ),
      ),
    );
    const streams = await this.#until(end, 'a stream is not served', async () => {
      return this.followers.unserved.length === 0;
    });
    return [...failing, streams].filter((what) => what !== '');
  }

  async #disturb(accounts: readonly string[], betweenEndings: number): Promise<void> {
    const { storages, places } = this.world;
    const disturber = this.#disturber;
    await Promise.all([
      disturber.injure(storages),
      disturber.endSessions(accounts, betweenEndings),
      disturber.disturbStreams(),
      ...[...places].map(([server, place]) => {
        const { usernames, tenant } = ACCOUNTS[server];
        return disturber.strike(place, [...usernames, tenant]);
      }),
    ]);
    for (const storage of storages) storage.heal();
    this.stage.simulator.clearFaults();
    // All log in once more, also where a lease was not given back because its store was down.
    for (const username of accounts) this.stage.causes.endSessions(username);
  }

  /** As the scheduled keep-alive does, but more often than its interval may be. */
  async #keepAlive({ username, sessions }: SoakService): Promise<void> {
    const { isRunning, random } = this.stage;
    if (username === CALM) return;
    while (isRunning()) {
      // A failure is published as an event.
      await sessions.keepAlive().catch(() => undefined);
      await setTimeout(random.between(1_600, 2_000));
    }
  }

  /** Returns `otherwise` if it never comes true. */
  async #until(end: number, otherwise: string, isSo: () => Promise<boolean>): Promise<string> {
    while (!(await isSo())) {
      if (performance.now() > end) return otherwise;
      await setTimeout(100);
    }
    return '';
  }
}
