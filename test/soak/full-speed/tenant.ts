import { setTimeout } from 'node:timers/promises';
import type { SessionStorage } from 'nestjs-betfair-session';
import { codeOf } from '../report.js';
import type { SoakProcess, SoakService } from '../soak.process.js';
import type { Caller } from './caller.js';
import type { Followers } from './followers.js';
import type { Stage } from './stage.js';

const CALLERS = 2;

/** An account that comes, is used and goes, again and again. */
export class Tenant {
  #stays = 0;

  constructor(
    private readonly stage: Stage,
    private readonly process: SoakProcess,
    readonly username: string,
    private readonly storage: SessionStorage,
  ) {}

  /** How often it came. */
  toString(): string {
    return `${this.username} ${this.#stays}`;
  }

  /** With calls under way when it goes. */
  async comeAndGo(caller: Caller, followers: Followers): Promise<void> {
    const { random, isRunning } = this.stage;
    while (isRunning()) {
      const service = await this.#add();
      if (service === undefined) continue;
      this.#stays += 1;
      followers.follow(service);
      let isHere = true;
      const calls = Array.from({ length: CALLERS }, () =>
        caller.callAll(
          () => [service],
          () => isHere,
        ),
      );
      const leaving = performance.now() + random.between(500, 5_000);
      while (isRunning() && performance.now() < leaving) await setTimeout(50);
      const removal = this.#remove(service, Promise.all(calls));
      // Some of the calls come late.
      isHere = false;
      await removal;
    }
  }

  /** A store that is down may keep it away. */
  async #add(): Promise<SoakService | undefined> {
    const { causes, outcomes, simulator } = this.stage;
    const { username, storage } = this;
    const options = {
      ...simulator.options(username),
      storage,
      sessionKey: keyOf(username),
      requestTimeout: REQUEST_TIMEOUT_MS,
    };
    try {
      const service = await this.process.add(options);
      service.sessions.events$.subscribe(({ type }) => {
        if (type === 'loggedOut') causes.of(username, 'logged out');
      });
      return service;
    } catch (error) {
      outcomes.add(`not added: ${codeOf(error)}`);
      await setTimeout(100);
      return undefined;
    }
  }

  async #remove(service: SoakService, calls: Promise<unknown>): Promise<void> {
    const { causes, outcomes, random } = this.stage;
    const logout = random.chance(0.3);
    try {
      await this.process.remove(service, logout, calls);
    } catch (error) {
      const code = codeOf(error);
      outcomes.add(`not logged out: ${code}`);
      // The session may have ended all the same.
      if (code === 'BETFAIR_IDENTITY_UNAVAILABLE') causes.of(this.username, 'logout not confirmed');
    }
  }
}

/** Milliseconds for one request to the identity service. */
export const REQUEST_TIMEOUT_MS = 2_000;

export function keyOf(username: string): string {
  return `${username}.token`;
}
