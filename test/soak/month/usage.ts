import { INVALID, rpcReply } from '../../calls/rejections.fixture.js';
import { post, RPC, rpcCall } from '../../support/betting.js';
import type { SeededRandom } from '../../support/random.mjs';
import type { VirtualClock } from '../../support/virtual.clock.js';
import { codeOf, Tally } from '../report.js';
import type { SoakService } from '../soak.process.js';
import type { Outages } from './outages.js';

/** Part of the uses in which a stranger has the application repeat what looks like a refusal of the session. */
const ECHOES = 1 / 12;

/** Uses services as applications do, and notes how long they had no session. */
export class Usage {
  readonly failures = new Tally();
  /** Times that a refusal was repeated that Betfair did not make. */
  readonly echoes = new Tally();
  /** Longest time that a service had no session, in milliseconds. */
  longestWithout = 0;
  readonly #without = new Map<SoakService, number>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly outages: Outages,
  ) {}

  /** Every service uses its session, some for an API call. */
  async useAll(services: readonly SoakService[], calls: number): Promise<void> {
    const uses = services.map((service) => this.#use(service, this.random.chance(calls)));
    await this.clock.until(Promise.all(uses));
  }

  /** A service has ended. */
  forget(service: SoakService): void {
    this.#without.delete(service);
  }

  async #use(service: SoakService, calls: boolean): Promise<void> {
    const { sessions, username } = service;
    const now = this.clock.monotonic();
    const isEchoed = this.random.chance(ECHOES);
    try {
      await sessions.getSession();
    } catch (error) {
      this.failures.add(codeOf(error));
      if (!this.#without.has(service)) this.#without.set(service, now);
      if (!this.outages.isWell) return;
      throw new Error(`${username} has no session, and all is well.`, { cause: error });
    }
    this.longestWithout = Math.max(this.longestWithout, now - (this.#without.get(service) ?? now));
    this.#without.delete(service);
    if (isEchoed) await this.#echo(service);
    if (!calls) return;
    const call = post(rpcCall('listEventTypes', {}, this.random.between(1, 1e9)));
    const outcome = await sessions.fetch(RPC, call).then(({ status }) => status, codeOf);
    if (outcome !== 200) this.failures.add(`API ${outcome}`);
  }

  /** The stranger gets what he would without us, and the session is not replaced for it. */
  async #echo({ sessions }: SoakService): Promise<void> {
    const echo = rpcReply(INVALID);
    const isThrown = this.random.chance(0.5);
    const answer = await sessions
      .run(async () => {
        if (isThrown) throw echo;
        return echo;
      })
      .catch((error: unknown) => error);
    this.echoes.add(answer === echo ? 'handed on' : codeOf(answer));
  }
}
