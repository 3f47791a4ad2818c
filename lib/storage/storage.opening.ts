import type { ApplicationLog } from '../common/application-log.js';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { SessionStorageError } from '../errors/index.js';
import type { ResolvedSessionOptions } from '../options/session-options.resolver.js';
import type { SessionStorage } from './session-storage.interface.js';
import { createStorage } from './storage.factory.js';
import { openingFailure } from './store.answers.js';
import { traitsOf } from './store.traits.js';

/** Marks a store that was chosen by URL. A property, because a monitor may put a Proxy around the store. */
const BY_URL = Symbol('chosen by URL');

/** Tells if a store was chosen by URL, and so is closed with the service that uses it. */
export function isChosenByUrl(storage: SessionStorage): boolean {
  return Reflect.get(storage, BY_URL) === true;
}

/** Milliseconds that a store may take to open. */
const OPENING_TIME_MS = 10_000;

/**
 * The store that the options name, opened, so that a directory that cannot be used, or a missing package, is told at
 * start-up.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 * @throws MissingPackageError the store needs a package that is not installed
 * @throws SessionStorageError the store refuses already now
 */
export async function openStorage(
  { storage: option, persistence }: Pick<ResolvedSessionOptions, 'storage' | 'persistence'>,
  clock: Clock,
  log: ApplicationLog,
): Promise<SessionStorage> {
  const storage = typeof option === 'string' ? fromUrl(option, log) : option;
  try {
    await withDeadline(clock, OPENING_TIME_MS, async () => storage.open?.(), opensLate);
  } catch (error) {
    const failure = openingFailure(error);
    if (persistence === 'required' || !mayPass(failure)) throw failure;
    log.warn(`${failure.message} The session is kept in memory only, until the store works.`);
  }
  const { location, isShared } = traitsOf(storage);
  if (isShared && location !== undefined) {
    const shown = isChosenByUrl(storage) ? location : withoutCredentials(location);
    log.log(`Session tokens are kept in ${shown}`);
  }
  return storage;
}

/** A store of a user's own may have been given the URL of its client. */
function withoutCredentials(location: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(location) ?? [];
  const place = rest.slice(rest.lastIndexOf('@') + 1).replace(/[?#;].*/s, '');
  return `${scheme}${place.replaceAll(/[^\x20-\x7e]+/g, ' ')}`;
}

function fromUrl(url: string, log: ApplicationLog): SessionStorage {
  const ignored: string[] = [];
  const storage = createStorage(url, (parameter) => ignored.push(parameter));
  if (ignored.length > 0) {
    log.log(`These parameters of the storage URL have no effect here: ${ignored.join(', ')}`);
  }
  return Object.defineProperty(storage, BY_URL, { value: true });
}

/** Rights and outages can be mended while the application runs. */
function mayPass(failure: Error): failure is SessionStorageError {
  if (!(failure instanceof SessionStorageError)) return false;
  return failure.failure === 'denied' || failure.failure === 'unavailable';
}

function opensLate(): SessionStorageError {
  return new SessionStorageError(
    `The session store did not open within ${OPENING_TIME_MS} ms. Check that it is up and reachable.`,
    'unavailable',
  );
}
