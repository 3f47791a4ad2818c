import type { CallScope } from './call-scope.js';

/** A call that was made and has no outcome yet. */
export interface CallUnderWay {
  /** Tells if it provably changes nothing; `undefined` while its body is still being read. */
  isRead(): boolean | undefined;
}

const underWay = new Set<CallUnderWay>();
/** Number of open handler runs in this process that may be repeated. */
let runs = 0;
/** Number of writes made or sent while such a run was open. */
let writes = 0;

/** Adds a call until {@link removeCall}. */
export function addCall(call: CallUnderWay): void {
  underWay.add(call);
}

export function removeCall(call: CallUnderWay): void {
  underWay.delete(call);
}

/** Counts a write, when it is made and whenever it is sent, in its layer and for the open handler runs. */
export function noteCall(call: CallUnderWay, scope: CallScope): void {
  if (runs > 0 && isWrite(call)) noteWrite(scope);
}

/** Counts a write that no further run of a handler may send again. */
export function noteWrite(scope: CallScope): void {
  writes += 1;
  scope.noteWrite();
}

const NONE: readonly CallUnderWay[] = [];

/** Tells if a call is a write, which is any that is not provably a read. */
function isWrite(call: CallUnderWay): boolean {
  return call.isRead() !== true;
}

/**
 * Notices calls of the process outside the layer of a handler, while it runs. Queues and pools lose AsyncLocalStorage,
 * or keep that of another handler, so such a call may be one of this handler, or share its result with it.
 */
export class StrayCalls {
  readonly #before = writes;
  #underWay = underWay.size === 0 ? NONE : [...underWay].filter(isWrite);
  #isOpen = true;

  constructor(private readonly scope: CallScope) {
    runs += 1;
  }

  /** Tells if there was a write among them. */
  get any(): boolean {
    // Calls that began before the run, or are still open. Those of the layer itself prevent a second run anyway.
    const isBeside = [...this.#underWay, ...underWay].some(isWrite);
    return isBeside || writes - this.#before > this.scope.writes;
  }

  end(): void {
    if (this.#isOpen) runs -= 1;
    this.#isOpen = false;
    this.#underWay = NONE;
  }
}
