import type { Clock } from '../common/clock.js';
import type { BetfairSession } from '../betfair-session.js';
import type { RefusalDetails } from '../calls/session-source.js';
import type { SessionCache } from './provider/session.cache.js';
import type { Finding, SessionCheck } from './session.check.js';
import type { SessionProvider } from './provider/session.provider.js';

/** Milliseconds after a trusted proof in which the next proof is checked: sessions do not die that fast. */
const TRUST_INTERVAL_MS = 60_000;

/**
 * Decides if a refused session is replaced. A refusal by the API of a request with this token is proof, and usually
 * enough. Anything else may come from user input or an old token, so it is checked with a keepAlive.
 */
export class SessionEvidence {
  /** Monotonic time of the last proof that was trusted without a check. */
  #trustedAt = -TRUST_INTERVAL_MS;
  /** `true` if the API refused a session that the identity service accepts, or several sessions in a row. */
  #isDisputed = false;

  constructor(
    private readonly cache: SessionCache,
    private readonly provider: SessionProvider,
    private readonly check: SessionCheck,
    private readonly clock: Clock,
  ) {}

  /** Replaces a refused session if the refusal is trusted proof, or a check finds the session dead. */
  async refused(
    session: BetfairSession,
    { isProof, isRepeated }: Pick<RefusalDetails, 'isProof' | 'isRepeated'>,
  ): Promise<Finding> {
    if (!this.cache.isCurrent(session)) return 'gone';
    if (isProof && this.#trusts(session)) {
      this.#trustedAt = this.clock.monotonic();
      // Without a repetition nothing shows if the new session helps, so the next proof is checked.
      this.#isDisputed = isRepeated !== true;
      this.provider.replace(session);
      return 'gone';
    }
    const finding = await this.check.suspect(session);
    if (isProof && finding !== 'unclear') this.#isDisputed = finding === 'alive';
    return finding;
  }

  /** Notes that the API refused the new session too, so that the next proof is checked. */
  refusedAgain(session: BetfairSession): void {
    if (this.cache.isCurrent(session)) this.#isDisputed = true;
  }

  /** Tells if a proof needs no check. If no call has succeeded with the session, the API may be the wrong one. */
  #trusts(session: BetfairSession): boolean {
    const isRare = this.clock.monotonic() - this.#trustedAt >= TRUST_INTERVAL_MS;
    return this.cache.isAccepted(session) && isRare && !this.#isDisputed;
  }
}
