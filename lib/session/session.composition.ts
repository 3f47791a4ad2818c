import type { ApplicationLog } from '../common/application-log.js';
import type { Clock } from '../common/clock.js';
import type { AccountRequests } from '../common/http/account-requests.js';
import type { SharedConnections } from '../common/http/shared-connections.js';
import { loadUndici } from '../common/http/undici.js';
import { IdentityClient } from '../identity/identity.client.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import { createFleet } from '../login/fleet.js';
import { FleetLogin } from '../login/fleet.login.js';
import { CredentialProvider } from '../login/credentials/login.credentials.js';
import { LoginGuard } from '../login/guard/login.guard.js';
import type { LoginLease } from '../login/lease/login.lease.js';
import { recordsOf, storedObjectsOf } from '../login/stored-objects.js';
import { LEASE_MARGIN_MS, longestSpreadOf, storageTimeoutOf } from '../options/time-bounds.js';
import { MonitoredStorage } from '../storage/monitored.storage.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';
import { isChosenByUrl } from '../storage/storage.opening.js';
import { traitsOf } from '../storage/store.traits.js';
import { openTelemetry } from '../telemetry/telemetry.loading.js';
import { NO_TELEMETRY, type Telemetry } from '../telemetry/telemetry.js';
import { warnOfCertificateExpiry } from './events/certificate-expiry.warning.js';
import { logSessionEvents } from './events/log.messages.js';
import { RenewalRunner } from './provider/renewal.runner.js';
import { SessionCache } from './provider/session.cache.js';
import { SessionCheck } from './session.check.js';
import { SessionEvidence } from './session.evidence.js';
import type { KeepAliveScheduler } from './keep-alive/keep-alive.scheduler.js';
import { SessionKeepAlive } from './keep-alive/session.keep-alive.js';
import { SessionProvider } from './provider/session.provider.js';
import { SessionLogout } from './session.logout.js';
import { SessionPublisher } from './events/session.publisher.js';
import { SessionAcquisition } from './provider/session.acquisition.js';
import { TokenWriter } from './provider/token.writer.js';
import { ShutdownDeadline } from './shutdown.deadline.js';
import { TokenStore } from './provider/token.store.js';

export interface SessionParts {
  readonly cache: SessionCache;
  readonly provider: SessionProvider;
  readonly keepAlive: SessionKeepAlive;
  /** Keeps the session alive, if no module does. */
  readonly scheduler?: KeepAliveScheduler;
  readonly evidence: SessionEvidence;
  readonly logout: SessionLogout;
  readonly guard: LoginGuard;
  readonly login: FleetLogin;
  /** `undefined` if no other process can see the store. */
  readonly lease: LoginLease | undefined;
  readonly storage: MonitoredStorage;
  /** `true` if the store was opened from a URL, so that it is closed at shutdown. */
  readonly ownsStorage: boolean;
  readonly identity: IdentityClient;
  readonly requests: AccountRequests;
  readonly publisher: SessionPublisher;
  readonly credentials: CredentialProvider;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Aborts everything in flight at shutdown. */
  readonly closing: ShutdownDeadline;
}

/** Options and surroundings of an account. */
export interface AccountBasis {
  readonly account: string;
  readonly options: ResolvedSessionOptions;
  readonly storage: SessionStorage;
  readonly connections: SharedConnections;
  readonly clock: Clock;
  readonly log: ApplicationLog;
}

/**
 * Creates the parts of one account and connects them.
 *
 * @throws BetfairConfigurationError undici cannot be loaded, or the environment names a proxy that cannot be used
 */
export async function composeSession(basis: AccountBasis): Promise<SessionParts> {
  const { account, options, storage, connections, clock, log } = basis;
  await loadUndici();
  const telemetry = options.telemetry ? await openTelemetry(account, clock) : NO_TELEMETRY;
  const { persistence, requestTimeout, renewalTimeout, sessionKey } = options;
  const leaseDuration = requestTimeout + LEASE_MARGIN_MS;
  const closing = new ShutdownDeadline(clock);
  const publisher = new SessionPublisher(clock);
  const identity = new IdentityClient(options, clock, (reply) => telemetry.noteReply(reply));
  const requests = connections.use(new URL(options.endpoints.api), options.ca, clock);
  // A new session is about to be used.
  publisher.sessions$(() => undefined).subscribe(() => requests.prepare());
  logSessionEvents(publisher.events$, log);
  publisher.events$.subscribe(({ type }) => {
    if (type === 'rejected') telemetry.noteRejection();
  });
  const monitored = new MonitoredStorage(
    storage,
    clock,
    storageTimeoutOf(options),
    (error) =>
      publisher.publish(error ? { type: 'storageDegraded', error } : { type: 'storageRecovered' }),
    (operation) => telemetry.noteStored(operation),
  );
  const { deletion, isNamedByHand } = storedObjectsOf(options);
  const records = recordsOf(options, monitored);
  const { isShared, isToBeTested } = traitsOf(storage);
  const guard = new LoginGuard(clock, publisher, isShared ? deletion : undefined);
  const tokens = new TokenStore(monitored, sessionKey, isNamedByHand ? records : undefined);
  // If no other process sees the store, no login is shared.
  const fleet = isShared
    ? createFleet({
        guard,
        records,
        isToBeTested,
        lookAtToken: (signal) => tokens.look(signal),
        clock,
        persistence,
        leaseDuration,
        onWaiting: (ms) => publisher.publish({ type: 'waitingForLogin', longestWait: ms }),
      })
    : undefined;
  const cache = new SessionCache(clock, publisher, options.applicationKey, options.sessionLifetime);
  const shared = { cache, clock, closing: closing.signal, identity, publisher, telemetry };
  const writer = new TokenWriter(identity, tokens, clock, persistence);
  const credentials = new CredentialProvider(options, clock);
  if (options.certificate) {
    const expiry = () => credentials.certificateExpiry();
    warnOfCertificateExpiry(expiry, publisher.events$, clock, log.warn);
  }
  publisher.events$.subscribe(({ type }) => {
    if (type !== 'resumed' || !isShared || guard.blocked === undefined) return;
    // Another process has logged in, so what blocked logins may be lifted. The record tells at the next login too.
    records.read(closing.signal).then(
      ({ record }) => guard.learn(record),
      () => undefined,
    );
  });
  const login = new FleetLogin({ identity, credentials, guard, fleet, clock, leaseDuration });
  const acquisition = new SessionAcquisition({
    ...shared,
    login,
    tokens,
    writer,
    persistence,
    onDead: ({ generation }) => cache.reject(generation),
    longestSpread: longestSpreadOf(options),
    onMalformed: () =>
      log.warn(`The stored object "${sessionKey}" holds no session token; replacing it.`),
  });
  const runner = new RenewalRunner({ ...shared, acquisition, renewalTimeout, leaseDuration });
  const provider = new SessionProvider({
    ...shared,
    runner,
    onDue: () => {
      // A failure was published, and the session is still served.
      keepAlive.run().catch(() => undefined);
    },
  });
  const keepAlive = new SessionKeepAlive({ ...shared, provider, writer });
  const check = new SessionCheck({ ...shared, provider, tokens, writer });
  return {
    cache,
    provider,
    keepAlive,
    evidence: new SessionEvidence(cache, provider, check, clock),
    logout: new SessionLogout(cache, identity, tokens, publisher, persistence, closing.signal),
    guard,
    login,
    lease: fleet?.lease,
    storage: monitored,
    ownsStorage: isChosenByUrl(storage),
    identity,
    requests,
    publisher,
    credentials,
    telemetry,
    clock,
    closing,
  };
}
