import type { Clock } from '../common/clock.js';
import type { BetfairSession } from '../betfair-session.js';
import type { RefusalDetails } from '../calls/session-source.js';
import type { SessionCache } from './provider/session.cache.js';
import type { Finding, SessionCheck } from './session.check.js';
import type { SessionProvider } from './provider/session.provider.js';

/** Milliseconds after a trusted proof within which the next one is checked: sessions do not die that fast. */
const TRUST_INTERVAL_MS = 60_000;

/**
 * Decides if a session that was refused, or looks refused, is replaced. The word of the API about its own request is
 * proof and mostly enough; everything else, which user input or a client with an old token can cause as well, is checked.
 */
export class SessionEvidence {
  /** Monotonic time of the last proof that was not checked. */
  #trustedAt = -TRUST_INTERVAL_MS;
  /** The API refused what the identity service takes, or one session after another. */
  #isDisputed = false;

  constructor(
    private readonly cache: SessionCache,
    private readonly provider: SessionProvider,
    private readonly check: SessionCheck,
    private readonly clock: Clock,
  ) {}

  /** Finds out if a refused session is gone, and has it replaced then. */
  async refused(
    session: BetfairSession,
    { isProof, isRepeated }: Pick<RefusalDetails, 'isProof' | 'isRepeated'>,
  ): Promise<Finding> {
    if (!this.cache.isCurrent(session)) return 'gone';
    if (isProof && this.#trusts(session)) {
      this.#trustedAt = this.clock.monotonic();
      // Nobody will see if a new session helps, so the next proof is checked.
      this.#isDisputed = isRepeated !== true;
      this.provider.replace(session);
      return 'gone';
    }
    const finding = await this.check.suspect(session);
    if (isProof && finding !== 'unclear') this.#isDisputed = finding === 'alive';
    return finding;
  }

  /** Notes that the API refused a new session too, so that the next proof is checked, whenever it comes. */
  refusedAgain(session: BetfairSession): void {
    if (this.cache.isCurrent(session)) this.#isDisputed = true;
  }

  /** Tells if a proof needs no check; one about a session that no call got through with does: the API may be another's. */
  #trusts(session: BetfairSession): boolean {
    const isRare = this.clock.monotonic() - this.#trustedAt >= TRUST_INTERVAL_MS;
    return this.cache.isAccepted(session) && isRare && !this.#isDisputed;
  }
}
