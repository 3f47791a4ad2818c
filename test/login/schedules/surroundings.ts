import { BetfairIdentityUnavailableError, SessionStorageError } from '../../../lib/errors/index.js';
import type { LoginReply } from '../../../lib/identity/identity-reply.js';
import type { SessionStorage } from '../../../lib/storage/contract/session-storage.interface.js';
import type { Operations } from './operation.js';
import type { PlayedBetfair } from './played.betfair.js';
import type { PlayedProcess } from './played.process.js';
import type { PlayedStore } from './played.store.js';
import { KEY, RECORD, type Surroundings } from './process.parts.js';

interface Shared {
  readonly operations: Operations;
  readonly store: PlayedStore;
  readonly betfair: PlayedBetfair;
  readonly now: number;
}

async function storeFailed(): Promise<never> {
  throw new SessionStorageError('The store failed.', 'unavailable');
}

async function storeGivenUp(reason: unknown): Promise<never> {
  throw reason;
}

/** The store as one process sees it: each operation waits until it is decided what becomes of it. */
export function storageOf(process: PlayedProcess, shared: Shared): SessionStorage {
  const { operations, store, betfair } = shared;
  const faults = { failed: storeFailed, givenUp: storeGivenUp };
  return {
    read(key, options) {
      const happen = () => store.read(key);
      const plan = { name: `reads ${nameOf(key)}`, changes: () => false, happen, ...faults };
      return operations.ask(process, plan, options?.signal);
    },
    write(key, value, condition, options) {
      const plan = {
        name: `writes ${nameOf(key)}`,
        changes: () => store.accepts(key, condition),
        happen: () => {
          const version = store.write(key, value, condition);
          // The session is in the store, or the refusal in the record.
          if (key === KEY || betfair.answer !== 'accepted') process.isExposed = false;
          return version;
        },
        ...faults,
      };
      return operations.ask(process, plan, options?.signal);
    },
    delete: () => Promise.reject(new Error('Nobody logs out.')),
  };
}

/** Betfair as one process sees it. Only logins take time; the rest is answered at once. */
export function identityOf(process: PlayedProcess, shared: Shared): Surroundings['identity'] {
  const { operations, betfair } = shared;
  return {
    logIn(_password, signal) {
      process.isExposed = true;
      const plan = {
        name: 'logs in',
        changes: () => true,
        happen: () => betfair.logIn(shared.now),
        failed: async (mayHaveLoggedIn: boolean) => {
          process.isExposed = false;
          return unclear(mayHaveLoggedIn);
        },
        givenUp: async () => unclear(true),
      };
      return operations.ask<LoginReply>(process, plan, signal);
    },
    keepAlive: async (token) => ({ type: betfair.live.has(token) ? 'alive' : 'dead' }),
    async logOut(token) {
      betfair.live.delete(token);
      process.isExposed = false;
      return { type: 'loggedOut' };
    },
  };
}

function nameOf(key: string): string {
  return key === RECORD ? 'the record' : 'the token';
}

function unclear(mayHaveLoggedIn: boolean): LoginReply {
  const error = new BetfairIdentityUnavailableError('Betfair gave no answer.');
  return { type: 'unclear', error, mayHaveLoggedIn };
}
