import type { Clock } from '../clock.js';
import { AccountRequests } from './account-requests.js';
import { ApiConnections } from './api-connections.js';
import type { CertificateAuthorities } from './trust.js';

/** Connections of an application to the API: one set for all accounts with the same origin and authorities. */
export class SharedConnections {
  readonly #shared = new Map<string, { readonly connections: ApiConnections; users: number }>();

  /**
   * Lets one more account use the connections to an origin, which are closed after the last one.
   *
   * @throws BetfairConfigurationError the environment names a proxy that cannot be used
   */
  use(origin: URL, ca: CertificateAuthorities, clock: Clock): AccountRequests {
    const key = [origin.origin, ...ca].join('\n');
    const shared = this.#shared.get(key) ?? {
      connections: new ApiConnections(origin, ca, clock),
      users: 0,
    };
    this.#shared.set(key, shared);
    shared.users += 1;
    const { connections } = shared;
    return new AccountRequests({
      dispatcher: connections.dispatcher,
      prepare: () => connections.prepare(),
      release: async (reason) => {
        shared.users -= 1;
        if (shared.users > 0) return;
        this.#shared.delete(key);
        await connections.destroy(reason);
      },
    });
  }
}
