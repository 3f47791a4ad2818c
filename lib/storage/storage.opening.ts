import type { ApplicationLog } from '../common/application-log.js';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { SessionStorageError } from '../errors/index.js';
import type { Persistence } from './contract/persistence.js';
import type { SessionStorage } from './contract/session-storage.interface.js';
import { createStorage } from './storage.factory.js';
import { openingFailure } from './store.answers.js';
import { traitsOf } from './store.traits.js';

/** Marks a store that was chosen by URL. It is a property because tracing may wrap the store in a Proxy. */
const BY_URL = Symbol.for('nestjs-betfair-session: store chosen by URL');

/** Tells if a store was chosen by URL. Such a store is closed with the service that uses it. */
export function isChosenByUrl(storage: SessionStorage): boolean {
  return Reflect.get(storage, BY_URL) === true;
}

const OPENING_TIMEOUT_MS = 10_000;

/**
 * Opens the store of the options, so that faults such as a missing package are found at start-up.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 * @throws MissingPackageError the store needs a package that is not installed
 * @throws SessionStorageError the store needs a change before it can work
 */
export async function openStorage(
  {
    storage: option,
    persistence,
  }: { readonly storage: string | SessionStorage; readonly persistence: Persistence },
  clock: Clock,
  log: ApplicationLog,
): Promise<SessionStorage> {
  const storage = typeof option === 'string' ? fromUrl(option, log) : option;
  try {
    await withDeadline(clock, OPENING_TIMEOUT_MS, async () => storage.open?.(), opensLate);
  } catch (error) {
    const failure = openingFailure(error);
    if (!(failure instanceof SessionStorageError) || !mayStart(failure, persistence)) {
      await closeUnused(storage);
      throw failure;
    }
    log.warn(`${failure.message} ${MEANWHILE[persistence]}`);
  }
  const { location, isShared } = traitsOf(storage);
  if (isShared && location !== undefined) {
    const shown = isChosenByUrl(storage) ? location : withoutCredentials(location);
    log.log(`Session tokens are kept in ${shown}`);
  }
  return storage;
}

/** Closes a store that nobody will use, if it was opened here; another failure is about to be reported. */
export async function closeUnused(storage: SessionStorage): Promise<void> {
  if (!isChosenByUrl(storage)) return;
  try {
    await storage.close?.();
  } catch {
    // It is not used any more.
  }
}

/** Removes credentials from the location of the application's own store, which may be the URL of its client. */
function withoutCredentials(location: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(location) ?? [];
  const place = rest.slice(rest.lastIndexOf('@') + 1).replace(/[?#;].*/s, '');
  return `${scheme}${place.replaceAll(/[^\x20-\x7e]+/g, ' ')}`;
}

function fromUrl(url: string, log: ApplicationLog): SessionStorage {
  const ignored: string[] = [];
  const storage = createStorage(url, (parameter) => ignored.push(parameter));
  if (ignored.length > 0) {
    log.log(`These parameters of the storage URL have no effect: ${ignored.join(', ')}`);
  }
  return Object.defineProperty(storage, BY_URL, { value: true });
}

const MEANWHILE: Readonly<Record<Persistence, string>> = {
  required: 'It will be tried again when a session is needed.',
  'best-effort': 'The session is kept in memory only, until the store works.',
};

/** Tells if the application may start: an outage ends, and missing rights may be given later. */
function mayStart({ failure }: SessionStorageError, persistence: Persistence): boolean {
  return failure === 'unavailable' || (failure === 'denied' && persistence === 'best-effort');
}

function opensLate(): SessionStorageError {
  return new SessionStorageError(
    `The session store did not open within ${OPENING_TIMEOUT_MS} ms. Check that it is up and reachable.`,
    'unavailable',
  );
}
