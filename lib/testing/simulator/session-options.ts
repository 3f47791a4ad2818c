import type { CertificateLoginOptions } from '../../options/betfair-session-options.interface.js';
import type { BetfairEndpoints } from '../../identity/jurisdiction.endpoints.js';
import type { SimulatedAccount } from './accounts/simulated-account.js';
import type { PemPair } from '../../identity/certificate/certificate.writer.js';

/** Options of a session with an account of the simulator: certificate login, store in memory. */
export interface SimulatorSessionOptions extends CertificateLoginOptions {
  /** Password of the account. */
  readonly password: string;
  /** Client certificate for certlogin. */
  readonly certificate: PemPair;
  /** Certificate of the authority of the simulator, PEM. */
  readonly ca: string;
  /** Addresses of the simulator. */
  readonly endpoints: Readonly<Record<keyof BetfairEndpoints, string>>;
  /** Store: each registration gets one of its own. */
  readonly storage: 'mem://';
}

/** Makes the options of a session with `account` at the servers `hosts`. */
export function sessionOptions(
  account: SimulatedAccount,
  ca: string,
  hosts: { readonly certLogin: string; readonly main: string; readonly stream: string },
): SimulatorSessionOptions {
  return {
    username: account.username,
    password: account.password,
    applicationKey: account.applicationKey,
    jurisdiction: account.jurisdiction,
    sessionLifetime: account.sessionLifetime,
    certificate: account.certificate,
    ca,
    endpoints: {
      certLogin: `${hosts.certLogin}/api/certlogin`,
      login: `${hosts.main}/api/login`,
      keepAlive: `${hosts.main}/api/keepAlive`,
      logout: `${hosts.main}/api/logout`,
      api: hosts.main,
      stream: hosts.stream,
    },
    storage: 'mem://',
  };
}
