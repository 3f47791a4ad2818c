import { Injectable } from '@nestjs/common';
import { BetfairConfigurationError } from '../errors/index.js';
import type { SessionService } from '../session/session.service.js';
import type { SessionStorage } from '../storage/contract/session-storage.interface.js';
import { traitsOf } from '../storage/store.traits.js';

/** The accounts of one application. Per application and not static, so that several can live in one process. */
@Injectable()
export class AccountRegistry {
  readonly #claims: { account: string; place: unknown; key: string }[] = [];
  readonly #services = new Map<string, SessionService>();

  /** Names of the registered accounts. */
  get names(): readonly string[] {
    return [...this.#services.keys()];
  }

  /**
   * Takes a name, and a place in a store, for one account. What tells one store from another is its location or,
   * without one, the value of the option: a monitor wraps what is injected for each account anew.
   *
   * @throws BetfairConfigurationError either is taken: no reply of Betfair names the account, so a token that one
   * account stores must never be read by another. Of two stores without a location, the record in the store tells later
   */
  claim(
    account: string,
    storage: SessionStorage,
    option: string | SessionStorage,
    key: string,
  ): void {
    const ofOption = typeof option === 'string' ? undefined : option;
    const place = traitsOf(storage).location ?? ofOption;
    if (this.#claims.some((claim) => claim.account === account)) throw registeredTwice(account);
    const neighbour = this.#claims.find(
      (claim) => place !== undefined && claim.place === place && claim.key === key,
    );
    if (neighbour) {
      throw new BetfairConfigurationError(
        `the accounts "${neighbour.account}" and "${account}" keep their tokens in the same object "${key}" of the same store, so that one would bet with the session of the other. Give them different sessionKeys, or leave sessionKey out.`,
      );
    }
    this.#claims.push({ account, place, key });
  }

  /**
   * Makes a service known by the name of its account; a mock that replaces it as well.
   *
   * @throws BetfairConfigurationError the name is taken
   */
  register(account: string, sessions: SessionService): void {
    if (this.#services.has(account)) throw registeredTwice(account);
    this.#services.set(account, sessions);
  }

  find(account: string): SessionService | undefined {
    return this.#services.get(account);
  }

  /** The error for a name that is not registered. */
  unknown(account: string, where: string): BetfairConfigurationError {
    return new BetfairConfigurationError(
      `${where} asks for the Betfair account "${account}", which is not registered. Registered are: ${this.names.join(', ') || 'none'}.`,
    );
  }
}

function registeredTwice(account: string): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `the account "${account}" is registered twice. Register each account once, and give all but one a name: BetfairSessionModule.forRootAsync({ name: 'second', … }). If it is registered once, its options are made anew for each request, because they inject something request-scoped; they must not.`,
  );
}
