import type { Observer, Subscriber, Subscription } from 'rxjs';
import type { BetfairSession } from '../betfair-session.js';
import { CallScope } from '../calls/call-scope.js';
import { refusalsIn, replaceDead } from '../calls/refusal.js';
import { inspectFailure, inspectOutcome, type Look } from '../calls/rejection/suspicion.js';
import { StrayCalls } from '../calls/stray-calls.js';
import { answerOf, handlerOf } from './handler-answer.js';
import { handle, type HandlerCall } from './handler-call.js';
import { CHECK_WAIT_MS, renew, renewInTime } from './handler-renewal.js';
import { type RetryGuard, watchRetry } from './handler-retry.js';

/** Milliseconds after the outcome of the second run in which orders of the first run still fail. */
const ABANDONED_MS = 5_000;

/**
 * Runs a handler and passes its outcome on. If Betfair refused the session inside it, replaces the session, and runs
 * the handler again if that is safe. It is one observer, because every operator would add cost to every request.
 */
export class HandlerRun implements Observer<unknown> {
  #subscription: Subscription | undefined;
  #scope: CallScope;
  /** Scope of the first run, once the second run has begun. */
  #givenUp: CallScope | undefined;
  readonly #guard: RetryGuard | undefined;
  readonly #strays: StrayCalls | undefined;
  /** Inspection of an outcome; later values wait for it. */
  #look: Promise<void> | undefined;
  #emitted = false;
  /** `true` if the outcome of the first run is no longer needed. */
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
      // Before the handler's clean-up, which may throw.
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

  /** Passes an outcome on at once, unless it must be inspected. */
  #judge(look: Look, outcome: unknown, handOn: () => void): void {
    if ('rejection' in look && look.rejection === 'none') {
      // The handler may have changed something.
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
    // A repeated call inside has already judged the refusal.
    if (rejection !== 'none' && taken.length === 0 && !repeated) source?.warn(this.#nothingTaken());
    const details = { where: handlerOf(this.call.context), waitMs: CHECK_WAIT_MS };
    const dead = await replaceDead(refusals, details);
    if (this.#over) return;
    // A part of a batch succeeded, and its results must not be lost.
    if (dead.length === 0 || rejection === 'some') return handOn();
    if (!this.#mayRunAgain()) {
      // The next call then finds a new session; a renewal that fails is not the outcome of this handler.
      await renewInTime(dead);
      if (!this.#over) handOn();
      return;
    }
    const renewed = await renew(dead, source, outcome);
    if (this.#over) return;
    if (this.#mayRunAgain()) this.#runAgain(renewed ?? this.session);
    else handOn();
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
    // In the given-up scope, because the handler's clean-up may send requests.
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
    // The subscriber may have unsubscribed during a synchronous value.
    if (this.subscriber.closed) subscription.unsubscribe();
    this.#subscription = subscription;
  }

  #handOut(value: unknown): void {
    this.#emitted = true;
    // After the first value there is no second run.
    this.#strays?.end();
    // Before an outer interceptor sees the outcome.
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
    return `${handlerOf(this.call.context)} ended with what looks like a refusal of the session, but it took no session, so none was replaced. If the handler calls Betfair with its own client, get the session inside the handler for every request, with @CurrentSession() or getSession().`;
  }
}
