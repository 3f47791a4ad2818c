import { Inject, Injectable } from '@nestjs/common';
import { SESSION_STORAGE, SessionStorageError, type SessionStorage } from 'nestjs-betfair-session';

const OPERATIONS = ['read', 'write', 'delete'] as const;

/** Makes the session store fail, whichever it is, as in an outage. */
@Injectable()
export class BreakableStore {
  constructor(@Inject(SESSION_STORAGE) private readonly store: SessionStorage) {}

  break(): void {
    for (const name of OPERATIONS) this.store[name] = fail;
  }

  /** Brings back the methods of its class. */
  repair(): void {
    for (const name of OPERATIONS) Reflect.deleteProperty(this.store, name);
  }
}

async function fail(): Promise<never> {
  throw new SessionStorageError('Somebody made it fail, on the page.', 'unavailable');
}
