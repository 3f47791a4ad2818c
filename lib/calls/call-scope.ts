import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetfairSession } from '../session/betfair-session.js';

const current = new AsyncLocalStorage<CallScope>();

/** The session that a layer was given, and whose it is. */
export interface HandedOut {
  readonly account: string;
  readonly session: BetfairSession;
}

/**
 * What is known, within one layer that may repeat (a handler, a `run`, a `fetch`), of the Betfair calls made inside it.
 * Layers nest; what an inner one did is known to all around it, so that none of them repeats what already counted.
 */
export class CallScope {
  /** The session that this layer works with. */
  handedOut: HandedOut | undefined;
  #settled = false;
  #repeated = false;

  private constructor(private readonly outer: CallScope | undefined) {}

  /** The innermost layer of the running call. */
  static get current(): CallScope | undefined {
    return current.getStore();
  }

  /** Opens a layer inside the running one. */
  static open(): CallScope {
    return new CallScope(CallScope.current);
  }

  /** Runs `work`, and all that it starts, in this layer. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }

  /** Whether a call in this layer got through, or may have: repeating the layer could place an order twice. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether a call in this layer was already repeated with a new session. */
  get repeated(): boolean {
    return this.#repeated;
  }

  markSettled(): void {
    this.#settled = true;
    this.outer?.markSettled();
  }

  markRepeated(): void {
    this.#repeated = true;
    this.outer?.markRepeated();
  }
}
