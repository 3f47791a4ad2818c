import { isText } from '../../../common/unknown-values.js';
import type { StreamErrorCode } from '../../../stream/protocol/stream.refusals.js';
import type { SimulatedAccount } from '../accounts/simulated-account.js';
import type { SimulatedAccounts } from '../accounts/simulated-accounts.js';
import type { StreamRefusal } from './stream.status.js';

/** Messages that a test can refuse. */
export type RefusableOp = 'authentication' | 'subscription';

/** A session that the Stream API accepted. */
export interface StreamLogin {
  readonly account: SimulatedAccount;
  readonly applicationKey: string;
  readonly token: string;
  readonly address: string;
  readonly connectionsAvailable: number;
}

/** Accepts and refuses sessions for the Stream API. */
export class StreamGate {
  /** Authentications that succeeded. */
  authentications = 0;
  #planned: { readonly op: RefusableOp; readonly errorCode: StreamErrorCode; left: number }[] = [];

  constructor(
    private readonly accounts: SimulatedAccounts,
    private readonly limits: { readonly connections: number },
    /** Counts the authenticated connections of an account. */
    private readonly connectionsOf: (account: SimulatedAccount) => number,
  ) {}

  /** Refuses the next `times` messages of that kind. */
  fail(errorCode: StreamErrorCode, op: RefusableOp, times: number): void {
    if (times > 0) this.#planned.push({ op, errorCode, left: times });
  }

  clearFailures(): void {
    this.#planned = [];
  }

  authenticate(
    { appKey, session }: Readonly<Record<string, unknown>>,
    address: string,
  ): StreamLogin | StreamRefusal {
    const planned = this.plannedRefusal('authentication');
    if (planned) return planned;
    if (!isText(appKey)) return { errorCode: 'NO_APP_KEY', errorMessage: 'AppKey not set' };
    if (!isText(session)) return { errorCode: 'NO_SESSION', errorMessage: 'Session not set' };
    if (!this.accounts.knowsApplicationKey(appKey)) {
      return { errorCode: 'INVALID_APP_KEY', errorMessage: `AppKey is not valid: ${appKey}` };
    }
    const account = this.accounts.holder(session, address);
    if (!account) return invalidSession(appKey, session);
    const connectionsAvailable = this.limits.connections - this.connectionsOf(account) - 1;
    if (connectionsAvailable < 0) {
      return { errorCode: 'MAX_CONNECTION_LIMIT_EXCEEDED', errorMessage: 'Too many connections' };
    }
    this.authentications += 1;
    return { account, applicationKey: appKey, token: session, address, connectionsAvailable };
  }

  /** Returns the refusal of an authenticated connection whose session has ended. */
  refusal({ account, applicationKey, token, address }: StreamLogin): StreamRefusal | undefined {
    const isLive = this.accounts.holder(token, address) === account;
    return isLive ? undefined : invalidSession(applicationKey, token);
  }

  /** Takes the next refusal that a test planned. */
  plannedRefusal(op: RefusableOp): StreamRefusal | undefined {
    const next = this.#planned.find((planned) => planned.op === op);
    if (!next) return undefined;
    next.left -= 1;
    if (next.left <= 0) this.#planned.splice(this.#planned.indexOf(next), 1);
    return { errorCode: next.errorCode, errorMessage: 'The test wants it so' };
  }
}

/** Makes the refusal. Its text quotes both, like a recorded one, so clients must not log it. */
function invalidSession(appKey: string, session: string): StreamRefusal {
  return {
    errorCode: 'INVALID_SESSION_INFORMATION',
    errorMessage: `Session is not valid: appKey=${appKey} session=${session}`,
  };
}
