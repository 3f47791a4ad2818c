import type { CallScope } from './call-scope.js';

/** A call that was made and has no outcome yet. */
export interface CallUnderWay {
  /** Tells if it provably changes nothing; `undefined` while its body is still being read. */
  isRead(): boolean | undefined;
}

const underWay = new Set<CallUnderWay>();
/** Handler runs that are open in this process and may be followed by a second. */
let runs = 0;
/** Times that a call came, or was sent, that is not provably a read, while such a run was open. */
let writes = 0;

/** Notes a call that is made, until it is removed. */
export function addCall(call: CallUnderWay): void {
  underWay.add(call);
}

export function removeCall(call: CallUnderWay): void {
  underWay.delete(call);
}

/** Notes that a call came or is sent, in its layer and for the handlers that may run again, unless it is a read. */
export function noteCall(call: CallUnderWay, scope: CallScope): void {
  if (runs > 0 && isWrite(call)) noteWrite(scope);
}

/** Notes what must not be sent by another run of a handler. */
export function noteWrite(scope: CallScope): void {
  writes += 1;
  scope.noteWrite();
}

const NONE: readonly CallUnderWay[] = [];

/** Tells if a call is not provably a read. */
function isWrite(call: CallUnderWay): boolean {
  return call.isRead() !== true;
}

/**
 * Sees, while a handler runs, the calls of the process that do not belong to its layer. Queues and pools lose
 * AsyncLocalStorage or show the layer of another handler, so such a call may be this handler's own, or its result be
 * shared with this handler.
 */
export class StrayCalls {
  readonly #before = writes;
  #underWay = underWay.size === 0 ? NONE : [...underWay].filter(isWrite);
  #isOpen = true;

  constructor(private readonly scope: CallScope) {
    runs += 1;
  }

  /** Tells if there was one that is not provably a read. */
  get any(): boolean {
    // What was under way before it, and what still is; the layer's own calls hold back a second run anyway.
    const isBeside = [...this.#underWay, ...underWay].some(isWrite);
    return isBeside || writes - this.#before > this.scope.writes;
  }

  end(): void {
    if (this.#isOpen) runs -= 1;
    this.#isOpen = false;
    this.#underWay = NONE;
  }
}
