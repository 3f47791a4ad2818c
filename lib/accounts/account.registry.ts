import { Injectable } from '@nestjs/common';
import { BetfairConfigurationError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';
import { traitsOf } from '../storage/store.traits.js';

/** Names of accounts that one error lists. */
const MOST_NAMES = 10;
/** Characters of an unknown name that an error shows. */
const MOST_CHARACTERS = 200;

/** Accounts of one application; not static, so that several applications can run in one process. */
@Injectable()
export class AccountRegistry {
  readonly #claims = new Map<string, { readonly place: unknown; readonly key: string }>();
  readonly #services = new Map<string, SessionService>();

  /** Names of the registered accounts. */
  get names(): readonly string[] {
    return [...this.#services.keys()];
  }

  /**
   * Reserves a name and a stored object for one account, because one account must never read the token of another. Two
   * stores are the same if their locations are or, without a location, the values of the option `storage`: a
   * monitor wraps the injected store anew for each account.
   *
   * @throws BetfairConfigurationError either is taken; if a store has no location, its record shows that later
   */
  claim(
    account: string,
    storage: SessionStorage,
    option: string | SessionStorage,
    key: string,
  ): void {
    const ofOption = typeof option === 'string' ? undefined : option;
    const place = traitsOf(storage).location ?? ofOption;
    if (this.#claims.has(account)) throw registeredTwice(account);
    const [neighbour] =
      [...this.#claims].find(
        ([, claim]) => place !== undefined && claim.place === place && claim.key === key,
      ) ?? [];
    if (neighbour !== undefined) {
      throw new BetfairConfigurationError(
        `the accounts "${neighbour}" and "${account}" keep their tokens in the same object "${key}" of the same store, so one would place bets with the session of the other. Give them different sessionKeys, or leave sessionKey out.`,
      );
    }
    this.#claims.set(account, { place, key });
  }

  /** Gives back the name and the stored object of an account that is closed. */
  release(account: string): void {
    this.#claims.delete(account);
  }

  /**
   * Registers the service of an account, or the mock that replaces it.
   *
   * @throws BetfairConfigurationError the name is taken
   */
  register(account: string, sessions: SessionService): void {
    if (this.#services.has(account)) throw registeredTwice(account);
    this.#services.set(account, sessions);
  }

  /** Lets nobody find an account any more; its name stays reserved until {@link release}. */
  unregister(account: string): void {
    this.#services.delete(account);
  }

  find(account: string): SessionService | undefined {
    return this.#services.get(account);
  }

  /** Creates the error for a name that is not registered. The name may come from a request, so it is quoted as JSON. */
  unknown(account: unknown, where: string): BetfairConfigurationError {
    const shown = this.names.slice(0, MOST_NAMES).join(', ') || 'none';
    const others = this.names.length - MOST_NAMES;
    return new BetfairConfigurationError(
      `${where} asks for the Betfair account ${JSON.stringify(String(account).slice(0, MOST_CHARACTERS))}, which is not registered. Registered accounts: ${shown}${others > 0 ? `, and ${others} others` : ''}.`,
    );
  }
}

function registeredTwice(account: string): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `the account "${account}" is registered twice. Register each account once, and give all but one a name: BetfairSessionModule.forRootAsync({ name: 'second', … }). If you register it only once, its options inject a request-scoped provider, so Nest creates them for every request: inject singletons only.`,
  );
}
