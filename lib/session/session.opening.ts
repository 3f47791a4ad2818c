import { checkAccountName } from '../common/account-name.js';
import { type ApplicationLog, openLog } from '../common/application-log.js';
import type { Clock } from '../common/clock.js';
import type { SharedConnections } from '../common/http/shared-connections.js';
import { BetfairConfigurationError } from '../errors/index.js';
import type { BetfairSessionOptions } from '../options/betfair-session-options.interface.js';
import { announceForeignHosts } from '../options/foreign-hosts.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import { resolveSessionOptions } from '../options/session-options.resolver.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';
import { closeUnused, openStorage } from '../storage/storage.opening.js';
import { KeepAliveScheduler } from './keep-alive/keep-alive.scheduler.js';
import type { TimerRegistry } from './keep-alive/scheduler-registry.js';
import { composeSession, type SessionParts } from './session.composition.js';

/** Surroundings of an account that no module registers. */
export interface AccountSurroundings {
  readonly clock: Clock;
  readonly connections: SharedConnections;
  /** Called with the open store; may refuse the account by throwing. */
  readonly claim?: (options: ResolvedSessionOptions, storage: SessionStorage) => void;
  /** Finds the registry of the application's timers, if it has one. */
  readonly findRegistry?: (timer: string) => Promise<TimerRegistry | undefined>;
}

export interface OpenedAccount {
  readonly account: string;
  readonly options: ResolvedSessionOptions;
  readonly parts: SessionParts;
  readonly log: ApplicationLog;
}

/**
 * Checks the options of an account, opens its store, and connects its parts. A store that was opened here is closed
 * again after a failure.
 *
 * @throws BetfairConfigurationError the options, the store or the environment cannot be used
 * @throws MissingPackageError the store needs a package that is not installed
 * @throws SessionStorageError the store needs a change before it can work
 */
export async function openAccount(
  account: string,
  given: BetfairSessionOptions,
  { clock, connections, claim, findRegistry }: AccountSurroundings,
): Promise<OpenedAccount> {
  checkAccountName(account);
  const options = await resolveSessionOptions(given);
  const log = openLog('BetfairSession', account);
  announceForeignHosts(options.endpoints, log);
  const storage = await openStorage(options, clock, log);
  try {
    claim?.(options, storage);
    const parts = await composeSession({ account, options, storage, connections, clock, log });
    const { keepAliveInterval } = options;
    const keepAlive = () => parts.keepAlive.run();
    const scheduler = new KeepAliveScheduler(
      account,
      keepAliveInterval,
      { keepAlive },
      clock,
      findRegistry,
    );
    return { account, options, parts: { ...parts, scheduler }, log };
  } catch (error) {
    await closeUnused(storage);
    throw error;
  }
}

/** @throws BetfairConfigurationError the service of an account is created in a way that opens none */
export function assertOpened(opened: OpenedAccount | undefined): OpenedAccount {
  if (typeof opened?.account === 'string') return opened;
  throw new BetfairConfigurationError(
    'SessionService is not created by "new" or by a list of providers. In an application, import BetfairSessionModule and inject SessionService; in a script, await SessionService.create(options); in a test, use mockSessionService() of nestjs-betfair-session/testing.',
  );
}
