import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExecutionContext } from '@nestjs/common';
import type { BetfairSession } from '../betfair-session.js';
import type { Clock } from '../common/clock.js';
import type { SessionSource } from './session-source.js';

const current = new AsyncLocalStorage<CallScope>();

/** A session that the application took, and the account that it is of. */
export interface TakenSession {
  readonly source: SessionSource;
  readonly session: BetfairSession;
}

/** The session that a handler was given, and the name of its account. */
export interface GivenSession {
  readonly account: string;
  readonly session: BetfairSession;
  /** `undefined` if something else stands in for the service of the account. */
  readonly source: SessionSource | undefined;
}

/**
 * Knows, within one layer that may repeat (a handler, a `run`, a `fetch`), of the Betfair calls made inside it. Layers
 * nest; what an inner one did is known to all around it, so that none of them repeats what already counted.
 */
export class CallScope {
  #taken: TakenSession[] | undefined;
  #execution: ExecutionContext | undefined;
  #writes = 0;
  #accepted = false;
  #repeated = false;
  #underWay = 0;
  #decided = false;
  #givenUp = false;
  #ended = false;
  #expiry: { readonly clock: Clock; readonly at: number } | undefined;

  private constructor(
    private outer: CallScope | undefined,
    /** The handler's session. */
    readonly given: GivenSession | undefined,
    execution: ExecutionContext | undefined,
  ) {
    this.#execution = execution;
    outer?.count(1);
  }

  /** The innermost layer of the running call. */
  static get current(): CallScope | undefined {
    let scope = current.getStore();
    // Work that outlives its layer, such as a loop that a handler started, is no part of it any more.
    while (scope?.isOver) scope = scope.outer;
    return scope;
  }

  /** The layer around this one that is not over; one that is would be kept by a chain of calls without end. */
  private get around(): CallScope | undefined {
    while (this.outer?.isOver) this.outer = this.outer.outer;
    return this.outer;
  }

  /** Opens a layer inside the running one; to be ended. */
  static open(): CallScope {
    return new CallScope(CallScope.current, undefined, undefined);
  }

  /** Opens the layer of a handler inside one that was the running one before; to be ended. */
  static openIn(
    outer: CallScope | undefined,
    given: GivenSession,
    execution: ExecutionContext,
  ): CallScope {
    return new CallScope(outer, given, execution);
  }

  /** Runs `work`, and all that it starts, in this layer. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }

  /** Identifies the execution of the handler, until it is over. */
  get execution(): ExecutionContext | undefined {
    return this.#execution;
  }

  /** Marks that this layer has its outcome, or the first part of it; its work may go on, as that of a stream does. */
  decide(): void {
    if (this.#decided) return;
    this.#decided = true;
    this.around?.count(-1);
  }

  /** Marks that this layer has its outcome and does nothing more. What outlives it keeps nothing of the request. */
  end(): void {
    this.#ended = true;
    this.#execution = undefined;
    this.decide();
  }

  /** Ends the layer after `ms`, because queues and loops inherit it. */
  endIn(clock: Clock, ms: number): void {
    this.#expiry ??= { clock, at: clock.monotonic() + ms };
    this.decide();
  }

  /** Marks that another run of the same work takes this one's place. */
  giveUp(): void {
    this.#givenUp = true;
    this.#execution = undefined;
    this.decide();
  }

  /** Tells if another run has taken the place of this layer, or of one around it. */
  get isGivenUp(): boolean {
    return this.#givenUp || (this.around?.isGivenUp ?? false);
  }

  /**
   * Tells if a call in this layer got through, or may have, or still may: repeating the layer could place an order
   * twice.
   */
  get settled(): boolean {
    return this.#accepted || this.#underWay > 0;
  }

  /** Tells if the one repetition of a call in this layer was spent, also if no new session could be obtained for it. */
  get repeated(): boolean {
    return this.#repeated;
  }

  /** Sessions that the application took in this layer, in this order. */
  get taken(): readonly TakenSession[] {
    return this.#taken ?? [];
  }

  /** Number of times that a call in this layer came or was sent that is not provably a read. */
  get writes(): number {
    return this.#writes;
  }

  /** Notes that the application took a session in this layer. */
  take(source: SessionSource, session: BetfairSession): void {
    if (this.#taken?.some((one) => one.session === session)) return;
    (this.#taken ??= []).push({ source, session });
  }

  noteWrite(): void {
    this.#writes += 1;
    this.around?.noteWrite();
  }

  markSettled(): void {
    this.#accepted = true;
    this.around?.markSettled();
  }

  markRepeated(): void {
    this.#repeated = true;
    this.around?.markRepeated();
  }

  private get isOver(): boolean {
    const expiry = this.#expiry;
    return this.#ended || (expiry !== undefined && expiry.clock.monotonic() >= expiry.at);
  }

  /** Counts a layer inside, however deep, that has no outcome yet. */
  private count(change: 1 | -1): void {
    this.#underWay += change;
    this.around?.count(change);
  }
}
