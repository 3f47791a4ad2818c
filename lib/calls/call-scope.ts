import { AsyncLocalStorage } from 'node:async_hooks';
import type { BetfairSession } from '../betfair-session.js';

const current = new AsyncLocalStorage<CallScope>();

/** The session that a layer was given, and whose it is. */
export interface HandedOut {
  readonly account: string;
  readonly session: BetfairSession;
}

/** A session that was handed out inside a layer, and who replaces it. */
export interface LastHandedOut {
  readonly account: string;
  readonly session: BetfairSession;
  refresh(rejected: BetfairSession): Promise<BetfairSession>;
}

/**
 * What is known, within one layer that may repeat (a handler, a `run`, a `fetch`), of the Betfair calls made inside it.
 * Layers nest; what an inner one did is known to all around it, so that none of them repeats what already counted.
 */
export class CallScope {
  /** The session that this layer works with. */
  handedOut: HandedOut | undefined;
  /** The session that was handed out last in this layer, of whatever account: a refusal that is no other's is its. */
  last: LastHandedOut | undefined;
  #accepted = false;
  #repeated = false;
  #underWay = 0;
  #decided = false;
  #ended = false;

  private constructor(private readonly outer: CallScope | undefined) {
    outer?.count(1);
  }

  /** The innermost layer of the running call. */
  static get current(): CallScope | undefined {
    let scope = current.getStore();
    // Work that outlives its layer, such as a loop that a handler started, is no part of it any more.
    while (scope !== undefined && scope.#ended) scope = scope.outer;
    return scope;
  }

  /** Opens a layer inside the running one; to be ended. */
  static open(): CallScope {
    return CallScope.openIn(CallScope.current);
  }

  /** Opens a layer inside one that was the running one before; to be ended. */
  static openIn(outer: CallScope | undefined): CallScope {
    return new CallScope(outer);
  }

  /** Runs `work`, and all that it starts, in this layer. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }

  /** Marks that this layer has its outcome, or the first part of it; its work may go on, as that of a stream does. */
  decide(): void {
    if (this.#decided) return;
    this.#decided = true;
    this.outer?.count(-1);
  }

  /** Marks that this layer has its outcome and does nothing more. */
  end(): void {
    this.#ended = true;
    this.decide();
  }

  /**
   * Whether a call in this layer got through, or may have, or still may: repeating the layer could place an order
   * twice.
   */
  get settled(): boolean {
    return this.#accepted || this.#underWay > 0;
  }

  /** Whether the one repetition of a call in this layer was spent, also where no new session could be had for it. */
  get repeated(): boolean {
    return this.#repeated;
  }

  /** Tells the layers around this one whose session was refused in it. */
  blame(last: LastHandedOut): void {
    if (this.outer) this.outer.last = last;
    this.outer?.blame(last);
  }

  markSettled(): void {
    this.#accepted = true;
    this.outer?.markSettled();
  }

  markRepeated(): void {
    this.#repeated = true;
    this.outer?.markRepeated();
  }

  /** Counts a layer inside, however deep, that has no outcome yet. */
  private count(change: 1 | -1): void {
    this.#underWay += change;
    this.outer?.count(change);
  }
}
