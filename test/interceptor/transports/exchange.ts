import type { BetfairSession, BetfairSessionOptions, SessionService } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { createAccount } from '../../support/account.js';
import { RawClients, sends } from '../../support/betting.js';
import type { Invariants } from '../../support/invariants/invariants.js';
import { VirtualClock } from '../../support/virtual.clock.js';
import type { Cell } from './cell.js';
import { type Outcome, placesOrder } from './cell.rule.js';

/** The account of handlers that name one. */
export const NAMED = 'second';

/** Long enough to earn back the logins of a cell: the budget is none of its matter. */
const PAUSE = 600_000;

/** What happened at Betfair during one cell. */
export type Traffic = Pick<Outcome, 'sent' | 'orders' | 'logins'>;

/** Betfair with two accounts on a clock of its own, seen through one cell after the other. */
export class Exchange {
  readonly raw: RawClients;

  private constructor(
    readonly clock: VirtualClock,
    private readonly simulator: BetfairSimulator,
    readonly invariants: Invariants,
  ) {
    this.raw = new RawClients(simulator);
  }

  static async start(): Promise<Exchange> {
    const clock = new VirtualClock();
    const accounts = [{ username: 'one' }, { username: 'two' }];
    const { simulator, invariants } = await createAccount({ accounts, clock });
    return new Exchange(clock, simulator, invariants);
  }

  get accounts(): (BetfairSessionOptions & { name?: string })[] {
    return [this.#options('one'), { ...this.#options('two'), name: NAMED }];
  }

  endSessions(): void {
    this.simulator.endSessions();
  }

  isAlive({ token }: BetfairSession): boolean {
    return ['one', 'two'].some((name) => this.simulator.liveTokens(name).includes(token));
  }

  /** Begins with a session that lives, and lets it end as the cell says. */
  async during(cell: Cell, sessions: SessionService, work: () => Promise<void>): Promise<Traffic> {
    const { simulator } = this;
    await this.clock.advance(PAUSE);
    await sessions.keepAlive();
    this.invariants.lookAndForget();
    const { logins } = simulator.counts;
    const orders = simulator.orders.length;
    if (cell.moment === 'before the first call') this.endSessions();
    const recover = simulator.rejectCalls(() => {
      const isRefused = cell.moment === 'again and again';
      if (isRefused) this.endSessions();
      return isRefused;
    });
    await work();
    recover();
    const username = cell.kind.account === 'default' ? 'one' : 'two';
    expect(new Set(simulator.requests.map((request) => request.username))).toEqual(
      new Set([username]),
    );
    const { first = 0, second = 0 } = sends(simulator);
    return {
      sent: [first, second],
      orders: placesOrder(cell) ? simulator.orders.length - orders : undefined,
      logins: simulator.counts.logins - logins,
    };
  }

  /** Without a certificate, whose handshake is most of the time that a login takes. */
  #options(username: string): BetfairSessionOptions {
    return { ...this.simulator.options(username), certificate: undefined, login: 'interactive' };
  }
}
