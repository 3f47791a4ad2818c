import { AsyncLocalStorage } from 'node:async_hooks';

/** On whose behalf something is done. */
export interface Work {
  /** The service that was called. */
  readonly service?: object;
  readonly isLogout?: boolean;
  /** The business requests that were made since the outermost call began. */
  readonly requests?: Set<string>;
}

const work = new AsyncLocalStorage<Work>();

export function currentWork(): Work {
  return work.getStore() ?? {};
}

/** Makes `call` and all that it causes part of that work, beside the work that it is part of already. */
export function workAs<T>(as: Work, call: () => T): T {
  return work.run({ ...currentWork(), ...as }, call);
}
