import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { checkAccountName } from '../common/account-name.js';
import type { Clock } from '../common/clock.js';
import { SharedConnections } from '../common/http/shared-connections.js';
import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import { SESSION_CLOCK } from '../injection-tokens.js';
import type { BetfairSessionOptions } from '../options/betfair-session-options.interface.js';
import { findTimerRegistry } from '../session/keep-alive/scheduler-registry.js';
import { openAccount } from '../session/session.opening.js';
import { SessionService } from '../session/session.service.js';
import { AccountRegistry } from './account.registry.js';

/**
 * Accounts that come and go while the application runs, such as one for each tenant. They do what named accounts do,
 * and `@UseBetfairSession({ name: (context) => … })` finds them; only they cannot be injected.
 */
@Injectable()
export class SessionAccounts {
  /** Accounts that were added here, and those that are being added or removed. */
  readonly #added = new Map<string, Promise<SessionService>>();
  readonly #removals = new Map<string, Promise<void>>();
  readonly #connections = new SharedConnections();
  #isClosing = false;

  /** @internal Created by Nest. */
  constructor(
    private readonly registry: AccountRegistry,
    @Inject(SESSION_CLOCK) private readonly clock: Clock,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** Names of all accounts of the application, those of its modules included. */
  get names(): readonly string[] {
    return this.registry.names;
  }

  /** Returns the service of an account, also of one that a module registers. `undefined` if there is none. */
  get(name: string): SessionService | undefined {
    return this.registry.find(name);
  }

  /**
   * Adds an account, and returns its service once the options are checked and the store is open. It logs in when a
   * session is first needed, or at once with the option `keepAlive`.
   *
   * @throws BetfairConfigurationError the name is taken, also by an account that is still being removed; or the store and
   * key are; or the options cannot be used
   * @throws MissingPackageError the store needs a package that is not installed
   * @throws SessionStorageError the store needs a change before it can work
   * @throws BetfairSessionError `BETFAIR_CLOSED`: the application is shutting down
   */
  async add(name: string, options: BetfairSessionOptions): Promise<SessionService> {
    checkAccountName(name);
    if (this.#isClosing) throw closed(name);
    const isBeingRemoved = this.#removals.has(name);
    if (isBeingRemoved || this.#added.has(name) || this.get(name)) {
      const state = isBeingRemoved ? 'is still being removed' : 'exists already';
      throw new BetfairConfigurationError(`the account "${name}" ${state}. ${TAKEN}`);
    }
    const adding = this.#open(name, options);
    this.#added.set(name, adding);
    try {
      return await adding;
    } catch (error) {
      if (this.#added.get(name) === adding) this.#added.delete(name);
      throw error;
    }
  }

  /**
   * Removes an account that was added here. Work and requests in flight have five seconds, as at a shutdown; then calls
   * fail with `BETFAIR_CLOSED`. Its session goes on at Betfair and in the store, unless `logout` is `true`: then it is
   * ended once nothing finds the account any more, and no call or open stream logs in again.
   *
   * @throws BetfairConfigurationError it was not added here
   * @throws BetfairSessionError the session could not be ended; the account is removed all the same
   */
  async remove(
    name: string,
    { logout = false }: { readonly logout?: boolean } = {},
  ): Promise<void> {
    const added = this.#added.get(name);
    if (!added) {
      if (!this.get(name)) throw this.registry.unknown(name, 'SessionAccounts.remove()');
      throw new BetfairConfigurationError(
        `the account "${name}" is registered by a module, so it stays as long as the application. Only accounts that add() added can be removed.`,
      );
    }
    const removal = this.#removals.get(name) ?? this.#close(name, added, logout);
    this.#removals.set(name, removal);
    await removal;
  }

  /** @internal Hook of Nest. Stops the timers of all accounts at once. */
  onModuleDestroy(): void {
    this.#isClosing = true;
    for (const name of this.#added.keys()) this.get(name)?.onModuleDestroy();
  }

  /** @internal Hook of Nest. Does not wait for accounts that are being added: they end themselves. */
  async onApplicationShutdown(): Promise<void> {
    const ends = [...this.#added.keys()].map((name) => this.get(name)?.close());
    await Promise.allSettled([...ends, ...this.#removals.values()]);
  }

  async #open(name: string, options: BetfairSessionOptions): Promise<SessionService> {
    const { clock, moduleRef, registry } = this;
    let isClaimed = false;
    try {
      const opened = await openAccount(name, options, {
        clock,
        connections: this.#connections,
        claim: (resolved, storage) => {
          if (this.#isClosing) throw closed(name);
          registry.claim(name, storage, resolved.storage, resolved.sessionKey);
          isClaimed = true;
        },
        findRegistry: (timer) => findTimerRegistry(moduleRef, timer),
      });
      const sessions = new SessionService(opened);
      if (this.#isClosing) {
        await sessions.close();
        throw closed(name);
      }
      registry.register(name, sessions);
      // Only now: what is closed before must not log in.
      await opened.parts.scheduler?.onApplicationBootstrap();
      return sessions;
    } catch (error) {
      if (isClaimed) registry.release(name);
      throw error;
    }
  }

  async #close(name: string, added: Promise<SessionService>, logout: boolean): Promise<void> {
    this.registry.unregister(name);
    const sessions = await added.catch(() => undefined);
    try {
      if (sessions === undefined) return;
      // Nothing finds it any more; its name, store and key are free once no work uses them.
      this.registry.unregister(name);
      if (logout) await sessions.logoutForGood();
    } finally {
      await sessions?.close();
      this.registry.release(name);
      this.#added.delete(name);
      this.#removals.delete(name);
    }
  }
}

const TAKEN =
  'Use get() for an account that exists, and await remove() before its name is used again.';

function closed(name: string): BetfairSessionError {
  return new BetfairSessionError(
    `The application is shutting down, so the account "${name}" is not added.`,
    { code: 'BETFAIR_CLOSED', retryable: false },
  );
}
