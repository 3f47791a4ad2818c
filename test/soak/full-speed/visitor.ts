import { setTimeout } from 'node:timers/promises';
import { fetch } from 'undici';
import { INVALID } from '../../calls/rejections.fixture.js';
import { codeOf } from '../report.js';
import { CALM, outcomeOf, type Stage } from './stage.js';

const READS = ['markets', 'own-markets', 'queued-markets'] as const;
const ORDERS = ['orders', 'own-orders', 'queued-orders'] as const;
/** What the answer to an attacker comes to: it repeats what he sent, or not. */
export const ECHOED = 'echoed';
export const NOT_ECHOED = 'not echoed';

/** Asks the handlers of an application for some accounts, as users do. */
export class Visitor {
  constructor(
    private readonly stage: Stage,
    private readonly url: string,
    private readonly accounts: readonly string[],
  ) {}

  async visit(): Promise<void> {
    const { random, orders } = this.stage;
    for (let id = 1; this.stage.isRunning(); id++) {
      if (random.chance(0.5)) {
        await this.#ask(`${random.pick(READS)}/${id}`, 'GET');
      } else {
        const order = orders.next().id;
        orders.told(order, await this.#ask(`${random.pick(ORDERS)}/${order}`, 'POST'));
      }
    }
  }

  /** Has handlers answer with what looks like a refusal of the session. */
  async attack(): Promise<void> {
    const { random, outcomes, isRunning } = this.stage;
    while (isRunning()) {
      const account = this.#pickAccount();
      const route = random.pick(['notes', 'kept-notes']);
      const text = await this.#send(account, `${route}/${INVALID}`, 'GET').catch(codeOf);
      const outcome = text.includes(INVALID) ? ECHOED : NOT_ECHOED;
      outcomes.add(account === CALM ? outcome : `${outcome} in trouble`);
      await setTimeout(random.between(1, 20));
    }
  }

  /** Returns the answer; empty if none came. */
  async #ask(path: string, method: 'GET' | 'POST'): Promise<string> {
    const { outcomes } = this.stage;
    const account = this.#pickAccount();
    try {
      const text = await this.#send(account, path, method);
      outcomes.add(`handler ${outcomeOf(account, text)}`);
      return text;
    } catch (error) {
      outcomes.add(`handler ${codeOf(error)}`);
      return '';
    } finally {
      await setTimeout(5);
    }
  }

  #pickAccount(): string {
    const { random } = this.stage;
    return this.accounts[random.between(0, this.accounts.length - 1)] ?? '';
  }

  async #send(account: string, path: string, method: 'GET' | 'POST'): Promise<string> {
    const response = await fetch(`${this.url}/${account}/${path}`, {
      method,
      dispatcher: this.stage.raw.dispatcher,
      signal: AbortSignal.timeout(10_000),
    });
    return response.text();
  }
}
