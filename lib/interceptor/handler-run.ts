import type { CallHandler, ExecutionContext } from '@nestjs/common';
import {
  type Observable,
  type Observer,
  type Subscriber,
  type Subscription,
  throwError,
} from 'rxjs';
import type { BetfairSession } from '../betfair-session.js';
import { CallScope } from '../calls/call-scope.js';
import { type Refusal, refusalsIn, replaceDead } from '../calls/refusal.js';
import { inspectFailure, inspectOutcome, type Look } from '../calls/rejection/suspicion.js';
import type { SessionSource } from '../calls/session-source.js';
import { inTime } from '../common/deadline.js';
import { StrayCalls } from '../calls/stray-calls.js';
import { answerOf, handlerOf } from './handler-answer.js';
import { type RetryGuard, watchRetry } from './handler-retry.js';
import { refreshFailure } from './refresh-failure.js';
import type { HandlerTraits } from './handler-traits.js';

/** Milliseconds that an answer waits for the check of a session that may be dead. */
const CHECK_WAIT_MS = 2_000;
/** Milliseconds after the outcome of the second run in which orders of the first still fail. */
const ABANDONED_MS = 5_000;

/** One execution of a handler. */
export interface HandlerCall {
  /** The layer around it. */
  readonly outer: CallScope | undefined;
  readonly account: string;
  readonly source: SessionSource | undefined;
  readonly next: CallHandler;
  readonly context: ExecutionContext;
  readonly traits: HandlerTraits;
}

/**
 * Runs a handler and hands its outcome on; has the session replaced that Betfair refused inside it, and then runs it
 * again if that can do no harm. One observer instead of a chain of operators, since every request pays for each.
 */
export class HandlerRun implements Observer<unknown> {
  #subscription: Subscription | undefined;
  #scope: CallScope;
  /** The first run, once the second has taken its place. */
  #givenUp: CallScope | undefined;
  readonly #guard: RetryGuard | undefined;
  readonly #strays: StrayCalls | undefined;
  /** The look into an outcome; what comes after it waits. */
  #look: Promise<void> | undefined;
  #emitted = false;
  /** Nobody waits for what still comes of the first run. */
  #over = false;

  constructor(
    private readonly call: HandlerCall,
    private readonly session: BetfairSession,
    private readonly subscriber: Subscriber<unknown>,
  ) {
    this.#guard = watchRetry(call.context, call.traits);
    this.#scope = this.#open(session);
    this.#strays = this.#guard && new StrayCalls(this.#scope);
  }

  start(): void {
    this.subscriber.add(() => {
      this.#over = true;
      // First, since the clean-up of a handler may throw.
      this.#strays?.end();
      this.#decide();
      this.#scope.end();
      this.#subscription?.unsubscribe();
    });
    this.#listen(this);
  }

  next(value: unknown): void {
    this.#afterLook(() => this.#take(value));
  }

  error(error: unknown): void {
    this.#afterLook(() => {
      if (this.#over) return;
      this.#judge(inspectFailure(error), error, () => this.#fail(error));
    });
  }

  complete(): void {
    this.#afterLook(() => {
      if (!this.#over) this.subscriber.complete();
    });
  }

  #take(value: unknown): void {
    if (this.#over) return;
    if (this.#emitted) this.subscriber.next(value);
    else {
      const { context, traits } = this.call;
      const answer = answerOf(context, traits.sendsEvents, value);
      this.#judge(inspectOutcome(answer), answer, () => this.#handOut(value));
    }
  }

  /** Hands an outcome on at once, unless it has to be looked into. */
  #judge(look: Look, outcome: unknown, handOn: () => void): void {
    if ('rejection' in look && look.rejection === 'none') {
      // Nobody knows what was done inside.
      this.#scope.markSettled();
      handOn();
    } else {
      this.#look = this.#recover(look, outcome, handOn).catch((error: unknown) => {
        if (!this.subscriber.closed) this.#fail(error);
      });
    }
  }

  async #recover(look: Look, outcome: unknown, handOn: () => void): Promise<void> {
    const { source } = this.call;
    const { rejection, parts } = await look;
    if (this.#over) return;
    if (rejection !== 'all') this.#scope.markSettled();
    const refusals = rejection === 'none' ? [] : refusalsIn(parts, this.#scope.taken);
    const { repeated, taken } = this.#scope;
    // What a call inside repeated was judged there.
    if (rejection !== 'none' && taken.length === 0 && !repeated) source?.warn(this.#nothingTaken());
    const details = { where: handlerOf(this.call.context), waitMs: CHECK_WAIT_MS };
    const dead = await replaceDead(refusals, details);
    if (this.#over) return;
    // Of a batch a part got through, which must not get lost.
    if (dead.length === 0 || rejection === 'some') return handOn();
    if (!this.#mayRunAgain()) {
      // So that the next call finds a new session; a failure to get one is no outcome of this handler.
      await this.#renewInTime(dead);
      if (!this.#over) handOn();
      return;
    }
    const renewed = await this.#renew(dead, outcome);
    if (this.#over) return;
    if (this.#mayRunAgain()) this.#runAgain(renewed ?? this.session);
    else handOn();
  }

  /** Waits for the successors of dead sessions; the one of the handler's account is its result. */
  async #renew(dead: readonly Refusal[], outcome: unknown): Promise<BetfairSession | undefined> {
    try {
      const renewed = await Promise.all(dead.map(({ source }) => source.getSession({})));
      return renewed[dead.findIndex(({ source }) => source === this.call.source)];
    } catch (failure) {
      throw refreshFailure(failure, outcome);
    }
  }

  async #renewInTime(dead: readonly Refusal[]): Promise<void> {
    const waits = dead.map(({ source }) =>
      inTime(source.clock, CHECK_WAIT_MS, source.getSession({}), undefined),
    );
    await Promise.allSettled(waits);
  }

  #mayRunAgain(): boolean {
    const { settled, repeated } = this.#scope;
    const isUntouched = !this.#emitted && !settled && !repeated;
    return isUntouched && this.#guard?.() === true && this.#strays?.any !== true;
  }

  #runAgain(session: BetfairSession): void {
    this.#over = true;
    const first = (this.#givenUp = this.#scope);
    first.markRepeated();
    first.giveUp();
    // After that and in it, because the clean-up of a handler may send something, too.
    first.run(() => this.#subscription?.unsubscribe());
    this.#scope = this.#open(session);
    this.#listen({
      next: (value) => this.#handOut(value),
      error: (error: unknown) => this.#fail(error),
      complete: () => this.subscriber.complete(),
    });
  }

  #open(session: BetfairSession): CallScope {
    const { outer, account, source, context } = this.call;
    return CallScope.openIn(outer, { account, source, session }, context);
  }

  #listen(observer: Observer<unknown>): void {
    const { next } = this.call;
    const subscription = this.#scope.run(() => handle(next).subscribe(observer));
    // The subscriber may have left during a value that came at once.
    if (this.subscriber.closed) subscription.unsubscribe();
    this.#subscription = subscription;
  }

  #handOut(value: unknown): void {
    this.#emitted = true;
    // There can be no second run any more, however long a stream goes on.
    this.#strays?.end();
    // Before an interceptor around this one looks at the outcome; also for a failure.
    this.#decide();
    this.subscriber.next(value);
  }

  #fail(error: unknown): void {
    this.#decide();
    this.subscriber.error(error);
  }

  #decide(): void {
    this.#scope.decide();
    const { source } = this.call;
    if (source) this.#givenUp?.endIn(source.clock, ABANDONED_MS);
    else this.#givenUp?.end();
  }

  #afterLook(act: () => void): void {
    if (this.#look) this.#look = this.#look.then(act);
    else act();
  }

  #nothingTaken(): string {
    return `${handlerOf(this.call.context)} ended with what looks like a refusal of the session, but took no session, so nothing was done about it. If it calls Betfair with a client of its own, ask for the session inside the handler, with @CurrentSession() or getSession(), for every request.`;
  }
}

function handle(next: CallHandler): Observable<unknown> {
  try {
    return next.handle();
  } catch (error) {
    return throwError(() => error);
  }
}
