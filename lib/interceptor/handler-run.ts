import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { defer, type Observer, type Subscriber, type Subscription } from 'rxjs';
import type { CallScope, HandedOut, LastHandedOut } from '../calls/call-scope.js';
import {
  inspectResult,
  inspectThrown,
  type Rejection,
} from '../calls/rejection/invalid-session.detector.js';
import { answerOf } from './handler-answer.js';
import { responseStarted } from './handler-retry.js';
import { refreshFailure } from './refresh-failure.js';

/** What a handler threw, or the refusal that it returned instead of throwing it. */
type Failure = { readonly error: unknown } | { readonly answer: unknown };

/** What makes up one call of a handler. */
export interface HandlerCall {
  readonly scope: CallScope;
  readonly next: CallHandler;
  readonly context: ExecutionContext;
  /** Whether the handler may run a second time. */
  readonly again: boolean;
}

/**
 * Runs a handler and hands its outcome on; has the session replaced that Betfair refused inside it, and then runs it
 * again where that can do no harm. One observer instead of a chain of operators, since every request pays for each.
 */
export class HandlerRun implements Observer<unknown> {
  #source: Subscription | undefined;
  /** The look into a first value that has to be read for it; what comes after it waits. */
  #look: Promise<void> | undefined;
  #emitted = false;
  /** Whether the first run failed, or nobody waits for it any more: what still comes of it is dropped. */
  #over = false;

  constructor(
    private readonly call: HandlerCall,
    private readonly subscriber: Subscriber<unknown>,
  ) {}

  start(): void {
    this.subscriber.add(() => {
      this.#over = true;
      // First, since the clean-up of a handler may throw.
      this.call.scope.end();
      this.#source?.unsubscribe();
    });
    this.#listen(this);
    // Where it failed at once, there was nothing to unsubscribe from yet; so below.
    if (this.#over) this.#source?.unsubscribe();
  }

  next(value: unknown): void {
    this.#afterLook(() => this.#take(value));
  }

  error(error: unknown): void {
    this.#afterLook(() => this.#recover({ error }, inspectThrown(error)));
  }

  complete(): void {
    this.#afterLook(() => {
      if (!this.#over) this.subscriber.complete();
    });
  }

  #take(value: unknown): void {
    if (this.#over) return;
    if (this.#emitted) {
      this.#handOut(value);
      return;
    }
    const rejection = inspectResult(answerOf(this.call.context, value));
    if (rejection instanceof Promise) {
      this.#look = rejection.then((found) => this.#judge(value, found));
    } else {
      this.#judge(value, rejection);
    }
  }

  /** Decides about a first value. */
  #judge(value: unknown, rejection: Rejection): void {
    if (rejection === 'none') {
      // What was done inside is not known here; so below, for an error.
      this.call.scope.markSettled();
      this.#handOut(value);
    } else {
      this.#recover({ answer: value }, rejection);
      this.#source?.unsubscribe();
    }
  }

  /** Decides about a failure of the first run. */
  #recover(failure: Failure, rejection: Rejection): void {
    if (this.#over) return;
    this.#over = true;
    const { scope } = this.call;
    const { handedOut, last } = scope;
    if (rejection !== 'all') scope.markSettled();
    // Refused again inside although the session was new: another would not help.
    const futile = scope.repeated && !scope.settled;
    if (rejection === 'none' || futile || !handedOut || !last) {
      this.#handOn(failure);
    } else if (rejection === 'some') {
      // So that the next call finds a new session; what the other part of the batch did must not get lost.
      last.refresh(last.session).catch(() => undefined);
      this.#handOn(failure);
    } else {
      this.#renew(failure, handedOut, last).catch((error: unknown) => this.#handOn({ error }));
    }
  }

  async #renew(failure: Failure, handedOut: HandedOut, last: LastHandedOut): Promise<void> {
    const { scope, context, again } = this.call;
    const fresh = await last.refresh(last.session).catch((refusal: unknown) => {
      throw refreshFailure(refusal, 'error' in failure ? failure.error : failure.answer);
    });
    if (this.subscriber.closed) return;
    const untouched = !scope.settled && !scope.repeated;
    if (!again || !untouched || responseStarted(context)) {
      this.#handOn(failure);
      return;
    }
    if (last.account === handedOut.account) {
      scope.handedOut = { account: last.account, session: fresh };
    }
    scope.markRepeated();
    this.#listen({
      next: (value) => this.#handOut(value),
      error: (error: unknown) => this.#handOn({ error }),
      complete: () => this.subscriber.complete(),
    });
  }

  #listen(observer: Observer<unknown>): void {
    const { scope, next } = this.call;
    this.#source = scope.run(() => defer(() => next.handle()).subscribe(observer));
    if (this.subscriber.closed) this.#source.unsubscribe();
  }

  #handOut(value: unknown): void {
    this.#emitted = true;
    // Before an interceptor around this one looks at the outcome; so below.
    this.call.scope.decide();
    this.subscriber.next(value);
  }

  #handOn(failure: Failure): void {
    if ('answer' in failure) {
      this.#handOut(failure.answer);
      this.subscriber.complete();
    } else {
      this.call.scope.decide();
      this.subscriber.error(failure.error);
    }
  }

  #afterLook(act: () => void): void {
    if (this.#look) this.#look = this.#look.then(act);
    else act();
  }
}
