import type { PlayedProcess } from './played.process.js';
import type { PlayedWorld } from './played.world.js';
import { KEY, LEASE_DURATION } from './process.parts.js';
import { add, type Role, type Scenario } from './scenario.js';
import { PAUSE_AFTER_LOGIN } from './verdict.js';

/** What comes after a schedule: processes that start one after the other, with nothing in their way. */
export class Aftermath {
  readonly faults: string[] = [];

  constructor(
    private readonly world: PlayedWorld,
    /** Lets processes go on until they wait for something. */
    private readonly turn: () => Promise<void>,
  ) {}

  /** Goes through what must be possible after a scenario. */
  async play({ answer = 'accepted', roles, stored }: Scenario): Promise<void> {
    const { betfair, harm } = this.world;
    harm.end();
    const mayBeLifted = roles.some((role) => role.startsWith('unblocks'));
    if (answer === 'accepted' && stored !== 'refused') {
      await this.#renewal('afterwards', this.#isStored ? 0 : 1);
    } else {
      if (answer !== 'accepted') await this.#refusal(mayBeLifted ? 1 : 0);
      betfair.answer = 'accepted';
      await this.#start('unblocks');
      await this.#renewal('after it was unblocked', this.#isStored ? 0 : 1);
    }
    betfair.live.clear();
    await this.#renewal('after the session ended', 1);
  }

  get #isStored(): boolean {
    return this.world.betfair.live.has(this.world.store.read(KEY)?.value ?? '');
  }

  /** A refusal that nobody lifted is remembered; and if it was lifted, the next is. */
  async #refusal(logins: number): Promise<void> {
    const { betfair } = this.world;
    const before = betfair.attempts;
    await this.#start('renews');
    await this.#start('renews');
    // If everybody was hit before a login, this is the first.
    const allowed = Math.max(1, before + logins);
    if (betfair.attempts > allowed) this.faults.push('logs in again after a refusal');
  }

  async #renewal(when: string, logins: number): Promise<void> {
    const { betfair, store } = this.world;
    const before = betfair.attempts;
    const { endedAt, outcome, startedAt } = await this.#start('renews');
    const token = outcome && 'token' in outcome ? outcome.token : undefined;
    const made = betfair.attempts - before;
    if (token === undefined || !betfair.live.has(token)) this.faults.push(`no session ${when}`);
    if (token !== store.read(KEY)?.value) this.faults.push(`nothing stored ${when}`);
    if (made !== logins) this.faults.push(`${made} logins ${when}, not ${logins}`);
    const took = endedAt - startedAt;
    if (took > LEASE_DURATION + PAUSE_AFTER_LOGIN) this.faults.push(`${took} ms ${when}`);
  }

  async #start(role: Role): Promise<PlayedProcess> {
    const { world } = this;
    const process = add(world, role);
    await this.turn();
    for (let [step] = world.steps(); step; [step] = world.steps()) {
      step.take();
      await this.turn();
    }
    return process;
  }
}
