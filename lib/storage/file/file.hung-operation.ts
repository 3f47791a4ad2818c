import { onAbort } from '../../common/abort-listener.js';
import { abortable } from '../../common/deadline.js';

/**
 * An operation that still runs after its signal aborted, because the disk hangs. The next operation waits for it: each
 * would hold one of the four threads of Node, which also look up host names.
 */
export class HungOperation {
  #hung: Promise<void> | undefined;

  /** Waits for the operation that hangs, if there is one, until `signal` aborts. */
  async wait(signal: AbortSignal | undefined): Promise<void> {
    await abortable(async () => this.#hung, signal);
    signal?.throwIfAborted();
  }

  /** Watches an operation, which counts as hanging if `signal` aborts before it settles. */
  watch(work: Promise<unknown>, signal: AbortSignal): void {
    const settled = work.then(ignore, ignore);
    const forget = onAbort(signal, () => {
      this.#hung = settled;
    });
    void settled.finally(() => {
      forget();
      if (this.#hung === settled) this.#hung = undefined;
    });
  }
}

function ignore(): void {}
