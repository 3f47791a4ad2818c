import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { AccountRegistry } from '../accounts/account.registry.js';
import { DEFAULT_ACCOUNT } from '../common/account-name.js';
import { healthDetailsOf } from './health.details.js';

/** Options of one check. */
export interface BetfairSessionHealthOptions {
  /** Name of the account in `BetfairSessionModule`. @default the default account */
  readonly name?: string | undefined;
}

/** One check of terminus; `degraded` came with version 12. */
type Check<Key extends string> = Pick<Session<Key>, 'up' | 'down'> &
  Partial<Pick<Session<Key>, 'degraded'>>;
type Session<Key extends string> = ReturnType<typeof HealthIndicatorService.prototype.check<Key>>;

/**
 * Tells `@nestjs/terminus` if the session of an account is served. It reads memory only and asks neither Betfair nor the
 * store. For readiness, not for liveness: a restart lifts no refusal of Betfair, and each one costs requests.
 *
 * List it in the `providers` of the module that imports `TerminusModule`.
 */
@Injectable()
export class BetfairSessionHealthIndicator {
  /** @internal Created by Nest. */
  constructor(
    private readonly accounts: AccountRegistry,
    private readonly health: HealthIndicatorService,
  ) {}

  /**
   * Checks one account: `up` while a session is served, or the next call may get one, even if the last attempt failed:
   * an instance without requests would never find out that it works again. `degraded` while one is served that
   * is not stored, or logins are held back (`up` with terminus 11, which has no such status); `down` while logins are
   * held back and there is no session.
   *
   * @param key - name of the check in the answer
   * @throws BetfairConfigurationError no account has this name
   */
  async isHealthy<const Key extends string>(
    key: Key,
    { name = DEFAULT_ACCOUNT }: BetfairSessionHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const sessions = this.accounts.find(name);
    if (sessions === undefined) throw this.accounts.unknown(name, `isHealthy('${key}')`);
    const { status, trouble } = sessions;
    const details = healthDetailsOf(status, trouble);
    const check: Check<Key> = this.health.check(key);
    switch (status.state) {
      case 'blocked':
        return check.down(details);
      case 'degraded':
        return check.degraded ? check.degraded(details) : check.up(details);
      case 'empty':
      case 'ready':
        return check.up(details);
    }
  }
}
