import type { CallScope } from './call-scope.js';

/** Handler runs that are open in this process. */
let runs = 0;
/** Times that a call came, or was sent, that is not provably a read, while a handler run was open. */
let writes = 0;
/** Calls that came and whose body is still being read, so that nobody knows what they ask for. */
let unread = 0;

/** Notes a call that is not provably a read, in its layer and for the handlers that may run again. */
export function noteWrite(scope: CallScope): void {
  if (runs === 0) return;
  writes += 1;
  scope.noteWrite();
}

/** Waits for the body of a call. */
export async function noteUnread(body: Promise<unknown>): Promise<void> {
  unread += 1;
  try {
    await body;
  } finally {
    unread -= 1;
  }
}

/**
 * Sees, while a handler runs, the calls of the process that do not belong to its layer. Queues and pools lose
 * AsyncLocalStorage or show the layer of another handler, so such a call may be this handler's own.
 */
export class StrayCalls {
  readonly #before = writes;
  #isOpen = true;

  constructor(private readonly scope: CallScope) {
    runs += 1;
  }

  /** Tells if there was one that is not provably a read. */
  get any(): boolean {
    return unread > 0 || writes - this.#before > this.scope.writes;
  }

  end(): void {
    if (this.#isOpen) runs -= 1;
    this.#isOpen = false;
  }
}
