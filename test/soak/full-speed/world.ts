import { MemoryStorage, type SessionStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { CountingClock } from '../../support/counting.clock.js';
import { FaultyStorage } from '../../support/faulty.storage.js';
import type { Invariants } from '../../support/invariants/invariants.js';
import { SoakProcess } from '../soak.process.js';
import { createDesk, type DeskTools } from './desk.controller.js';
import { ServerPlace } from './server.place.js';
import { CALM } from './stage.js';
import { keyOf, REQUEST_TIMEOUT_MS } from './tenant.js';

/** Accounts by where their sessions are kept, one of which comes and goes. */
export const ACCOUNTS = {
  memory: { usernames: ['alice', 'bruno', 'carla'], tenant: 'tess' },
  redis: { usernames: ['erik'], tenant: 'tina' },
  postgres: { usernames: ['frida'], tenant: 'tom' },
} as const;
export const ALL_USERNAMES = [
  ...Object.values(ACCOUNTS).flatMap(({ usernames, tenant }) => [...usernames, tenant]),
  CALM,
];

type Server = 'redis' | 'postgres';

/** Two processes with the same accounts, and where these keep their sessions. */
export class World {
  /** What each process sees of the store in memory. */
  readonly storages: readonly [FaultyStorage, FaultyStorage];
  readonly processes: SoakProcess[] = [];
  readonly #calm = new MemoryStorage();

  private constructor(readonly places: ReadonlyMap<Server, ServerPlace>) {
    const shared = new MemoryStorage();
    this.storages = [new FaultyStorage(shared), new FaultyStorage(shared)];
  }

  /** Until all have a session. `servers`: those that can be had here. */
  static async start(
    servers: readonly string[],
    simulator: BetfairSimulator,
    invariants: Invariants,
    tools: DeskTools,
  ): Promise<World> {
    const places = new Map<Server, ServerPlace>();
    if (servers.includes('redis')) places.set('redis', await ServerPlace.redis());
    if (servers.includes('postgres')) places.set('postgres', await ServerPlace.postgres());
    const world = new World(places);
    const controllers = [createDesk(tools)];
    for (const storage of world.storages) {
      const accounts = world.#storesWith(storage).map(([username, store]) => ({
        ...simulator.options(username),
        storage: store,
        sessionKey: keyOf(username),
        requestTimeout: REQUEST_TIMEOUT_MS,
      }));
      const settings = { clock: new CountingClock(), invariants, controllers };
      world.processes.push(await SoakProcess.start(accounts, settings));
    }
    const services = world.processes.flatMap(({ services: all }) => all);
    await Promise.all(services.map(({ sessions }) => sessions.getSession()));
    return world;
  }

  /** The accounts that something happens to, by where their sessions are kept; the one that comes and goes is last. */
  get groups(): readonly (readonly string[])[] {
    return [ACCOUNTS.memory, ...[...this.places.keys()].map((server) => ACCOUNTS[server])].map(
      ({ usernames, tenant }) => [...usernames, tenant],
    );
  }

  /** The accounts that come and go, each with its store and its process. */
  get tenants(): readonly (readonly [string, SessionStorage, SoakProcess])[] {
    const onServers = [...this.places].map(([server, { storage }]) => {
      return [ACCOUNTS[server].tenant, storage] as const;
    });
    const stores = [[ACCOUNTS.memory.tenant, new FaultyStorage()] as const, ...onServers];
    return stores.flatMap(([username, storage], index) => {
      const home = this.processes[index % this.processes.length];
      return home ? [[username, storage, home] as const] : [];
    });
  }

  /** Ends the processes, and then the servers. Returns the keys whose lease was not given back. */
  async close(): Promise<readonly string[]> {
    await Promise.all(this.processes.map((process) => process.close()));
    const held: string[] = [];
    for (const [server, place] of this.places) {
      held.push(...(await place.leasesHeld(ACCOUNTS[server].usernames.map(keyOf))));
      await place.close();
    }
    return held;
  }

  #storesWith(memory: FaultyStorage) {
    return [
      [CALM, this.#calm] as const,
      ...ACCOUNTS.memory.usernames.map((username) => [username, memory] as const),
      ...[...this.places].flatMap(([server, { url }]) =>
        ACCOUNTS[server].usernames.map((username) => [username, url] as const),
      ),
    ];
  }
}
