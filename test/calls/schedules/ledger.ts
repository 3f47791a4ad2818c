import type { BetfairSimulator, SimulatorRequest } from 'nestjs-betfair-session/testing';
import { read } from '../../../lib/common/unknown-values.js';
import { INVALID } from '../rejections.fixture.js';
import type { Verdict } from './schedule.arbitrary.js';

/** In the names of calls that nobody waits for, or that come through a queue without the context of their handler. */
export const UNSEEN = { later: 'later', queued: 'queued' } as const;

/** What the application was told of one order. */
interface Told {
  accepted: number;
  /** Times that no answer came, so that its fate is unknown to the application. */
  unknown: number;
}

/**
 * Both sides of the books of one schedule: what Betfair did, and what the application was told. An order is known by
 * its market, which is its alone; it has no `customerRef`, which would hide that it was sent twice.
 */
export class Ledger {
  /** Sessions of the first account that ended, by its own service's count the current one. */
  ended = 0;
  /** Requests that were refused although their session lives. */
  refusedAlive = 0;
  /** Refusals for the session that the application was told of. */
  refusals = 0;
  readonly #told = new Map<string, Told>();
  /** The request in which Betfair accepted an order. */
  readonly #acceptedIn = new Map<string, SimulatorRequest>();
  readonly #before: number;
  readonly #logins: number;
  readonly #end: () => void;

  constructor(
    private readonly simulator: BetfairSimulator,
    verdicts: readonly Verdict[],
    private readonly username: string,
  ) {
    simulator.clearRequests();
    this.#logins = simulator.account(username).logins;
    this.#before = simulator.orders.length;
    const left = [...verdicts];
    this.#end = simulator.rejectCalls((request, { method, params }) => {
      const verdict = left.shift() ?? 'accepted';
      if (verdict === 'refusedInOutage') simulator.fail('login', { status: 503 });
      if (verdict === 'refused' || verdict === 'refusedInOutage') {
        this.refusedAlive += 1;
        return true;
      }
      if (verdict === 'last') this.endSessions();
      if (method === 'placeOrders') this.#acceptedIn.set(String(params['marketId']), request);
      return false;
    });
  }

  /** Ends the sessions of every account. */
  endSessions(): void {
    if (this.simulator.liveTokens(this.username).length > 0) this.ended += 1;
    this.simulator.endSessions();
  }

  get orders(): number {
    return this.simulator.orders.length - this.#before;
  }

  /** Notes the answer to a request, which may be a batch. */
  answered(text: string): void {
    const answer: unknown = JSON.parse(text);
    for (const reply of Array.isArray(answer) ? answer : [answer]) {
      const report = read(reply, 'result') ?? reply;
      if (JSON.stringify(reply).includes(INVALID)) this.refusals += 1;
      else if (read(report, 'status') === 'SUCCESS') {
        this.#of(String(read(report, 'marketId'))).accepted += 1;
      }
    }
  }

  /** Notes that no answer came to a request for these orders. */
  unanswered(markets: readonly string[]): void {
    for (const market of markets) this.#of(market).unknown += 1;
  }

  /** What must never happen, in words; empty where it did not. */
  faults(): readonly string[] {
    const placed = this.simulator.orders.slice(this.#before).map(({ marketId }) => marketId);
    return [
      ...new Set([
        ...[...placed, ...this.#told.keys()].flatMap((market) => {
          return this.#faultsOf(market, placed.filter((one) => one === market).length);
        }),
        ...this.#faultsOfRequests(),
        ...this.#faultsOfLogins(),
      ]),
    ];
  }

  /** Ends the verdicts. */
  close(): void {
    this.#end();
  }

  #faultsOf(market: string, placed: number): readonly string[] {
    const { accepted, unknown } = this.#of(market);
    const isTold = unknown === 0 ? accepted === placed : accepted <= placed;
    return [
      ...(placed > 1 ? [`${market} was placed ${placed} times`] : []),
      ...(isTold ? [] : [`${market} was placed ${placed} times, told ${accepted} times`]),
    ];
  }

  /** A login for each session that ended; a refusal of one that lives may be proof, and cost one as well. */
  #faultsOfLogins(): readonly string[] {
    const logins = this.simulator.account(this.username).logins - this.#logins;
    const isRight =
      logins <= this.ended + this.refusedAlive && (this.refusedAlive > 0 || logins === this.ended);
    return isRight
      ? []
      : [`${logins} logins for ${this.ended} ended sessions and ${this.refusedAlive} refusals`];
  }

  #faultsOfRequests(): readonly string[] {
    const sends = new Map<string, number>();
    const accepted = new Set<string>();
    const faults: string[] = [];
    for (const request of this.simulator.requests) {
      if (request.endpoint !== 'api') continue;
      const body: unknown = JSON.parse(request.body);
      for (const call of Array.isArray(body) ? body : [body]) {
        const id = String(read(call, 'id'));
        const times = (sends.get(id) ?? 0) + 1;
        sends.set(id, times);
        // A read of which the handler is not known does not keep it from running again, and is one of each run then.
        const isUnseen = Object.values(UNSEEN).some((mark) => id.includes(mark));
        const isRead = !JSON.stringify(call).includes('instructions');
        if (times > (isUnseen && isRead ? 4 : 2)) faults.push(`${id} was sent ${times} times`);
        if (accepted.has(id)) faults.push(`${id} was sent again after it had been accepted`);
        if (this.#acceptedIn.get(id) === request) accepted.add(id);
      }
    }
    return faults;
  }

  #of(market: string): Told {
    const told = this.#told.get(market) ?? { accepted: 0, unknown: 0 };
    this.#told.set(market, told);
    return told;
  }
}
