import type { SessionStorage } from 'nestjs-betfair-session';
import { systemClock } from '../../../lib/common/clock.js';
import type { Persistence } from '../../../lib/storage/contract/persistence.js';
import { openStorage } from '../../../lib/storage/storage.opening.js';

/** What a store was opened to, and what the log said of it. */
export interface Opened {
  readonly storage: SessionStorage;
  readonly log: readonly string[];
}

/** Opens what the option `storage` names, as an application does at its start. */
export async function opened(
  storage: string | SessionStorage,
  persistence: Persistence = 'required',
): Promise<Opened> {
  const log: string[] = [];
  const write = (message: unknown) => log.push(String(message));
  const opening = openStorage({ storage, persistence }, systemClock, {
    log: write,
    warn: write,
    error: write,
    debug: write,
  });
  return { storage: await opening, log };
}

/** What opening it fails with. */
export async function failureOf(
  option: string | SessionStorage,
  persistence?: Persistence,
): Promise<unknown> {
  return opened(option, persistence).then(
    () => {
      throw new Error('It should have been refused.');
    },
    (error: unknown) => error,
  );
}
