import { type Clock, systemClock } from '../../../lib/common/clock.js';
import type { IdentityClient } from '../../../lib/identity/identity.client.js';
import { createFleet } from '../../../lib/login/fleet.js';
import { FleetLogin } from '../../../lib/login/fleet.login.js';
import { CredentialProvider } from '../../../lib/login/credentials/login.credentials.js';
import { LoginGuard } from '../../../lib/login/guard/login.guard.js';
import type { LoginLease } from '../../../lib/login/lease/login.lease.js';
import { RecordStore } from '../../../lib/login/lease/record.store.js';
import type { Persistence } from '../../../lib/storage/contract/persistence.js';
import { SessionAcquisition } from '../../../lib/session/provider/session.acquisition.js';
import { TokenWriter } from '../../../lib/session/provider/token.writer.js';
import { TokenStore } from '../../../lib/session/provider/token.store.js';
import { MonitoredStorage } from '../../../lib/storage/monitored.storage.js';
import type { SessionStorage } from '../../../lib/storage/contract/session-storage.interface.js';

export const KEY = 'session.token';
export const RECORD = `${KEY}.lease`;
export const ACCOUNT = '0123456789abcdef';
const REQUEST_TIMEOUT = 2_000;
export const LEASE_DURATION = 7_000;

/** The parts of one process that decide about logins, put together as in a service. */
export interface Session {
  readonly renewal: SessionAcquisition;
  readonly login: FleetLogin;
  readonly lease: LoginLease;
}

export interface Surroundings {
  readonly storage: SessionStorage;
  readonly identity: Pick<IdentityClient, 'logIn' | 'keepAlive' | 'logOut'>;
  readonly clock: Clock;
  readonly persistence: Persistence;
}

const SOURCES = {
  jurisdiction: 'global' as const,
  username: 'alice',
  password: 'secret',
  twoFactorCode: undefined,
  certificate: undefined,
  applicationKey: 'key',
  requestTimeout: REQUEST_TIMEOUT,
};

/** Of the credentials of every process. */
export const { fingerprint: FINGERPRINT } = await new CredentialProvider(
  SOURCES,
  systemClock,
).current();

const nothing = () => undefined;

export function composeProcess(surroundings: Surroundings): Session {
  const { storage, identity, clock, persistence } = surroundings;
  const leaseDuration = LEASE_DURATION;
  const bounded = new MonitoredStorage(storage, clock, REQUEST_TIMEOUT, nothing);
  const records = new RecordStore(bounded, RECORD, KEY, ACCOUNT);
  const tokens = new TokenStore(bounded, KEY, undefined);
  const guard = new LoginGuard(clock, { publish: nothing }, undefined);
  const fleet = createFleet({
    guard,
    records,
    isToBeTested: true,
    lookAtToken: (signal) => tokens.look(signal),
    clock,
    persistence,
    leaseDuration,
    onWaiting: nothing,
  });
  const credentials = new CredentialProvider(SOURCES, clock);
  const login = new FleetLogin({ identity, credentials, guard, fleet, clock, leaseDuration });
  const writer = new TokenWriter(identity, tokens, clock, persistence);
  const renewal = new SessionAcquisition({
    identity,
    login,
    tokens,
    writer,
    onDead: nothing,
    clock,
    persistence,
    longestSpread: leaseDuration,
    onMalformed: nothing,
  });
  return { renewal, login, lease: fleet.lease };
}
