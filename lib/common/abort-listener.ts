/** Part of an `AbortSignal` that is used. Signals of other implementations have it too. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Reason of an aborted signal. Old implementations do not have it. */
export function reasonOf(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}

interface SharedListener {
  readonly callbacks: Set<() => void>;
  remove(): void;
}

/** One listener for each signal. Node warns of a leak if a signal has more than ten listeners. */
const listeners = new WeakMap<AbortSignalLike, SharedListener>();

/**
 * Calls back once when `signal` aborts, or at once if it has aborted.
 *
 * @returns a function that removes the callback
 */
export function onAbort(signal: AbortSignalLike, callback: () => void): () => void {
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  const shared = listeners.get(signal) ?? listen(signal);
  // A new function, because several callers may pass the same one.
  const entry = () => callback();
  shared.callbacks.add(entry);
  return () => {
    shared.callbacks.delete(entry);
    if (shared.callbacks.size === 0) shared.remove();
  };
}

function listen(signal: AbortSignalLike): SharedListener {
  const callbacks = new Set<() => void>();
  const fire = () => {
    shared.remove();
    for (const callback of callbacks) callback();
  };
  const shared = {
    callbacks,
    remove() {
      signal.removeEventListener('abort', fire);
      if (listeners.get(signal) === shared) listeners.delete(signal);
    },
  };
  signal.addEventListener('abort', fire);
  listeners.set(signal, shared);
  return shared;
}
