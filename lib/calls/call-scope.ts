import { AsyncLocalStorage } from 'node:async_hooks';
import type { ExecutionContext } from '@nestjs/common';
import type { BetfairSession } from '../betfair-session.js';
import type { Clock } from '../common/clock.js';
import type { SessionSource } from './session-source.js';

const current = new AsyncLocalStorage<CallScope>();

/** A session that the application took, and the source of its account. */
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
 * Records the Betfair calls made inside one layer that may repeat: a handler, a `run` or a `fetch`. Layers nest. An
 * inner layer reports to all outer ones, so that none of them repeats a call that got through.
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

  /** Innermost open layer around the running code. */
  static get current(): CallScope | undefined {
    let scope = current.getStore();
    // Work that outlives its layer, such as a loop that a handler started, no longer belongs to it.
    while (scope?.isOver) scope = scope.outer;
    return scope;
  }

  /** Nearest outer layer that is open. Drops ended ones, which an endless chain of calls would keep in memory. */
  private get around(): CallScope | undefined {
    while (this.outer?.isOver) this.outer = this.outer.outer;
    return this.outer;
  }

  /** Opens a layer inside the current one. The caller must end it. */
  static open(): CallScope {
    return new CallScope(CallScope.current, undefined, undefined);
  }

  /** Opens the layer of a handler inside `outer`. The caller must end it. */
  static openIn(
    outer: CallScope | undefined,
    given: GivenSession,
    execution: ExecutionContext,
  ): CallScope {
    return new CallScope(outer, given, execution);
  }

  /** Runs `work`, and everything that it starts, in this layer. */
  run<T>(work: () => T): T {
    return current.run(this, work);
  }

  /** Execution of the handler; `undefined` after its end. */
  get execution(): ExecutionContext | undefined {
    return this.#execution;
  }

  /** Marks the outcome of this layer as known. Its work may continue, as with a streamed answer. */
  decide(): void {
    if (this.#decided) return;
    this.#decided = true;
    this.around?.count(-1);
  }

  /** Ends the layer, and releases the request, which work that outlives the layer must not keep in memory. */
  end(): void {
    this.#ended = true;
    this.#execution = undefined;
    this.decide();
  }

  /** Ends the layer after `ms` milliseconds: queues and loops that inherit it may never end. */
  endIn(clock: Clock, ms: number): void {
    this.#expiry ??= { clock, at: clock.monotonic() + ms };
    this.decide();
  }

  /** Marks this layer as replaced by another run of the same work. */
  giveUp(): void {
    this.#givenUp = true;
    this.#execution = undefined;
    this.decide();
  }

  /** Tells if another run has replaced this layer or an outer one. */
  get isGivenUp(): boolean {
    return this.#givenUp || (this.around?.isGivenUp ?? false);
  }

  /** Tells if a call in this layer got through, or may have, or still may. A repetition could place an order twice. */
  get settled(): boolean {
    return this.#accepted || this.#underWay > 0;
  }

  /** Tells if a call in this layer was repeated, or would have been if a new session had been available. */
  get repeated(): boolean {
    return this.#repeated;
  }

  /** Sessions that the application took in this layer, in this order. */
  get taken(): readonly TakenSession[] {
    return this.#taken ?? [];
  }

  /** Number of writes made or sent in this layer: calls that are not provably reads. */
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

  /** Counts inner layers, at any depth, that have no outcome yet. */
  private count(change: 1 | -1): void {
    this.#underWay += change;
    this.around?.count(change);
  }
}
