import { setTimeout } from 'node:timers/promises';
import { isAxiosError } from 'axios';
import {
  type BetfairSession,
  BetfairSessionError,
  type SessionService,
} from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Response as UndiciResponse } from 'undici';
import { placeOrders, post, type RawClients, REST, RPC, rpcCall } from '../../support/betting.js';
import type { Queue } from '../../support/queues.js';
import { refused } from '../rejections.fixture.js';
import { type Ledger, UNSEEN } from './ledger.js';
import type {
  CallStep,
  EchoStep,
  EventStep,
  HandlerStep,
  Kind,
  LaterStep,
  SeriesStep,
  Step,
} from './schedule.arbitrary.js';

/** User name of the second account. */
export const ITALY = 'bruno';

/** What a schedule is played on; the same for all of them. */
export interface Stage {
  readonly simulator: BetfairSimulator;
  readonly sessions: SessionService;
  /** Of the second account. */
  readonly italy: SessionService;
  readonly queues: Readonly<Record<'lost' | 'foreign', Queue>>;
  readonly raw: RawClients;
  /** Sends a request to a handler of the application, which does that work, and waits for the answer. */
  readonly handle: (route: HandlerStep['route'], work: Work) => Promise<unknown>;
}

type Work = (session: BetfairSession) => Promise<unknown>;

/** Plays the steps of one schedule as an application would, and keeps the books at the places where it is answered. */
export class Player {
  /** All work that was ever begun: some of it goes on after those around it have failed. */
  readonly #begun: Promise<unknown>[] = [];
  #isOver = false;

  constructor(
    private readonly stage: Stage,
    private readonly ledger: Ledger,
  ) {}

  /** Reads again and again, outside every handler, until nothing is under way any more. */
  async readUntilEnded(): Promise<void> {
    const { sessions } = this.stage;
    for (let count = 0; !this.#isOver; count += 1) {
      const { path, body } = rpc([callOf('read', `background${count}`)]);
      await sessions.fetch(path, post(body)).catch(() => undefined);
      await setTimeout(5);
    }
  }

  /** Waits for all work that was begun, also for that which comes later. */
  async caughtUp(): Promise<void> {
    // Work may begin more of it.
    for (const work of this.#begun) await work.catch(() => undefined);
  }

  /** Waits until nothing is under way any more. */
  async ended(): Promise<void> {
    await this.caughtUp();
    this.#isOver = true;
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
      case 'echo':
        return this.#echo(step);
      case 'later':
        this.#later(step, path, held);
        return Promise.resolve();
      case 'sessionsEnd':
      case 'italyEnds':
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

  async #echo({ as }: EchoStep): Promise<unknown> {
    if (as === 'returned') return refused;
    throw Object.assign(new Error('Bad request'), { response: { status: 400, data: refused } });
  }

  #later({ call, delayMs }: LaterStep, path: string, held: BetfairSession): void {
    const work = setTimeout(delayMs).then(() => this.#call(call, `${path}${UNSEEN.later}`, held));
    this.#begun.push(work);
    work.catch(() => undefined);
  }

  async #event({ step }: EventStep, held: BetfairSession): Promise<void> {
    const { simulator, sessions } = this.stage;
    switch (step) {
      case 'sessionsEnd':
        this.ledger.endSessions();
        return;
      case 'italyEnds':
        simulator.endSessions(ITALY);
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
    const isQueued = step.by === 'lost' || step.by === 'foreign';
    const name = isQueued ? path + UNSEEN.queued : path;
    const calls = step.kinds.map((kind, index) => callOf(kind, `${name}#${index}`));
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
    const { italy, sessions } = this.stage;
    const own = (session: BetfairSession) => this.#sendRaw(step, calls, session);
    switch (step.by) {
      case 'fetch':
      case 'stream':
        return this.#fetch(sessions, step, calls);
      case 'run':
        return sessions.run(own);
      case 'ownInRun':
        return sessions.run(async () => own(await sessions.getSession()));
      case 'own':
        return own(await sessions.getSession());
      case 'lost':
      case 'foreign':
        return this.stage.queues[step.by].add(() => this.#fetch(sessions, step, calls));
      case 'italy':
        return this.#fetch(italy, step, calls);
      case 'ownItaly':
        return own(await italy.getSession());
      case 'held':
        return own(held);
    }
  }

  async #fetch(
    sessions: SessionService,
    { as, by }: CallStep,
    calls: readonly Call[],
  ): Promise<unknown> {
    const { path, body } = as === 'rest' && calls.length === 1 ? rest(calls) : rpc(calls);
    const { method, body: text } = post(body);
    const init =
      by === 'stream'
        ? { method, body: new Blob([text]).stream(), duplex: 'half' as const }
        : { method, body: text };
    const response = await sessions.fetch(path, init);
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
  if (kind !== 'order') return rpcCall('listEventTypes', undefined, id);
  const market = `1.${BigInt(`0x${Buffer.from(id).toString('hex')}`)}`;
  return { ...placeOrders(market), id: market };
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
