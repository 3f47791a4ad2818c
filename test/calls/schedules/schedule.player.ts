import { isAxiosError } from 'axios';
import {
  type BetfairSession,
  BetfairSessionError,
  type SessionService,
} from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Response as UndiciResponse } from 'undici';
import { placeOrders, post, type RawClients, REST, RPC, rpcCall } from '../../support/betting.js';
import type { Ledger } from './ledger.js';
import type {
  CallStep,
  EventStep,
  HandlerStep,
  Kind,
  SeriesStep,
  Step,
} from './schedule.arbitrary.js';

/** What a schedule is played on; the same for all of them. */
export interface Stage {
  readonly simulator: BetfairSimulator;
  readonly sessions: SessionService;
  readonly raw: RawClients;
  /** Sends a request to a handler of the application, which does that work, and waits for the answer. */
  readonly handle: (route: HandlerStep['route'], work: Work) => Promise<unknown>;
}

type Work = (session: BetfairSession) => Promise<unknown>;

/** Plays the steps of one schedule as an application would, and keeps the books at the places where it is answered. */
export class Player {
  /** All work that was ever begun: some of it goes on after those around it have failed. */
  readonly #begun: Promise<unknown>[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly ledger: Ledger,
  ) {}

  /** Waits until nothing is under way any more. */
  async ended(): Promise<void> {
    for (const work of this.#begun) await work.catch(() => undefined);
  }

  /**
   * @param path - names the step; a handler that runs again repeats what has the same name
   * @param held - the session that the layer around was given
   */
  play(step: Step, path: string, held: BetfairSession): Promise<unknown> {
    const work = this.#play(step, path, held);
    this.#begun.push(work);
    return work;
  }

  #play(step: Step, path: string, held: BetfairSession): Promise<unknown> {
    switch (step.step) {
      case 'call':
        return this.#call(step, path, held);
      case 'sequence':
        return this.#sequence(step, path, held);
      case 'concurrent':
        return this.#concurrent(step, path, held);
      case 'run':
        return this.stage.sessions.run((session) => this.play(step.inside, `${path}r`, session));
      case 'handler':
        return this.stage.handle(step.route, (session) =>
          this.play(step.inside, `${path}h`, session),
        );
      case 'sessionsEnd':
      case 'refresh':
      case 'loginOutage':
      case 'unblockLogin':
      case 'answerLost':
        return this.#event(step, held);
    }
  }

  async #sequence({ steps, tolerant }: SeriesStep, path: string, held: BetfairSession) {
    const { sessions } = this.stage;
    let last: unknown;
    for (const [index, step] of steps.entries()) {
      const work = this.play(step, `${path}.${index}`, held);
      const isLast = index === steps.length - 1;
      // Lifting the pause stands for waiting it out: the clock is everybody's.
      last = await (tolerant && !isLast ? work.catch(() => sessions.unblockLogin()) : work);
    }
    return last;
  }

  async #concurrent({ steps, tolerant }: SeriesStep, path: string, held: BetfairSession) {
    const all = steps.map((step, index) => this.play(step, `${path}.${index}`, held));
    if (tolerant) await Promise.allSettled(all);
    return Promise.all(all);
  }

  async #event({ step }: EventStep, held: BetfairSession): Promise<void> {
    const { simulator, sessions } = this.stage;
    switch (step) {
      case 'sessionsEnd':
        simulator.endSessions();
        return;
      case 'refresh':
        await sessions.refresh(held);
        return;
      case 'loginOutage':
        simulator.fail('login', { status: 503 });
        return;
      case 'unblockLogin':
        await sessions.unblockLogin();
        return;
      case 'answerLost':
        simulator.fail('api', 'reset', { processed: true });
        return;
    }
  }

  async #call(step: CallStep, path: string, held: BetfairSession): Promise<unknown> {
    const calls = step.kinds.map((kind, index) => callOf(kind, `${path}#${index}`));
    try {
      const value = await this.#send(step, calls, held);
      this.ledger.answered(await textOf(value));
      return value;
    } catch (error) {
      this.#note(error, calls);
      throw error;
    }
  }

  /** An error of this package: nothing was accepted. A refusal that was thrown: neither. Else nobody knows. */
  #note(error: unknown, calls: readonly Call[]): void {
    if (error instanceof BetfairSessionError) return;
    if (isAxiosError(error) && error.response) {
      this.ledger.answered(JSON.stringify(error.response.data));
    } else this.ledger.unanswered(calls.map(({ id }) => String(id)));
  }

  async #send(step: CallStep, calls: readonly Call[], held: BetfairSession): Promise<unknown> {
    const { sessions } = this.stage;
    const own = (session: BetfairSession) => this.#sendRaw(step, calls, session);
    switch (step.by) {
      case 'fetch':
      case 'stream':
        return this.#fetch(step, calls);
      case 'run':
        return sessions.run(own);
      case 'ownInRun':
        return sessions.run(async () => own(await sessions.getSession()));
      case 'own':
        return own(await sessions.getSession());
      case 'held':
        return own(held);
    }
  }

  async #fetch({ as, by }: CallStep, calls: readonly Call[]): Promise<unknown> {
    const { path, body } = as === 'rest' && calls.length === 1 ? rest(calls) : rpc(calls);
    const { method, body: text } = post(body);
    const init =
      by === 'stream'
        ? { method, body: new Blob([text]).stream(), duplex: 'half' as const }
        : { method, body: text };
    const response = await this.stage.sessions.fetch(path, init);
    return as === 'response' ? response : response.json();
  }

  /** With a client of the application's own. */
  async #sendRaw({ as }: CallStep, calls: readonly Call[], session: BetfairSession) {
    const { raw } = this.stage;
    if (as === 'rest' && calls.length === 1) {
      const { operation, body } = rest(calls);
      return (await raw.axiosRest(session, operation, body)).data;
    }
    const { body } = rpc(calls);
    return as === 'response' ? raw.fetch(session, body) : raw.json(session, body);
  }
}

type Call = ReturnType<typeof rpcCall>;

/** An operation that is known by its id; an order also by its market. */
function callOf(kind: Kind, id: string): Call {
  return kind === 'order' ? { ...placeOrders(id), id } : rpcCall('listEventTypes', undefined, id);
}

function rpc(calls: readonly Call[]) {
  const [only, ...more] = calls;
  return { path: RPC, body: only !== undefined && more.length === 0 ? only : calls };
}

function rest([call]: readonly Call[]) {
  const operation = call?.method.split('/').at(-1) ?? '';
  return { path: `${REST}/${operation}/`, operation, body: { ...call?.params, id: call?.id } };
}

async function textOf(value: unknown): Promise<string> {
  return value instanceof Response || value instanceof UndiciResponse
    ? value.clone().text()
    : JSON.stringify(value);
}
