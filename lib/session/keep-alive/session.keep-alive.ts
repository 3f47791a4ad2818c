import type { Clock } from '../../common/clock.js';
import type { IdentityClient } from '../../identity/identity.client.js';
import type { HeldSession, SessionCache } from '../provider/session.cache.js';
import type { SessionProvider } from '../provider/session.provider.js';
import type { SessionPublisher } from '../events/session.publisher.js';
import type { TokenWriter } from '../provider/token.writer.js';

export interface KeepAliveDependencies {
  readonly cache: SessionCache;
  readonly provider: SessionProvider;
  readonly identity: IdentityClient;
  readonly writer: TokenWriter;
  readonly publisher: SessionPublisher;
  readonly clock: Clock;
  readonly closing: AbortSignal;
}

/** Milliseconds until the next keepAlive for a session in use, after one without a clear answer; doubled each time. */
const FIRST_RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 60_000;

/** Extends the session in memory, one keepAlive at a time, and replaces it if Betfair says that it is dead. */
export class SessionKeepAlive {
  #running: { readonly of: HeldSession['session']; readonly done: Promise<void> } | undefined;
  #failures = 0;

  constructor(private readonly deps: KeepAliveDependencies) {}

  /** The keepAlive in progress. */
  get running(): Promise<void> | undefined {
    return this.#running?.done;
  }

  /** @throws BetfairSessionError Betfair gave no clear answer, or no new session could be obtained */
  async run(): Promise<void> {
    const { cache, closing, provider } = this.deps;
    closing.throwIfAborted();
    const { alive } = cache;
    const { flight } = provider;
    if (flight) {
      // A renewal validates the session too.
      const { doubt } = await flight;
      if (doubt) throw doubt;
    } else if (alive) await this.#once(alive);
    else await provider.ensure();
  }

  #once(held: HeldSession): Promise<void> {
    if (this.#running?.of === held.session) return this.#running.done;
    const done = this.#extend(held).finally(() => {
      if (this.#running?.done === done) this.#running = undefined;
    });
    this.#running = { of: held.session, done };
    return done;
  }

  async #extend({ session }: HeldSession): Promise<void> {
    const { cache, clock, closing, identity, provider, publisher } = this.deps;
    const validatedAt = clock.monotonic();
    const reply = await identity.keepAlive(session.token, closing);
    closing.throwIfAborted();
    // The session was replaced, rejected or logged out meanwhile, so this answer is out of date.
    if (!cache.isCurrent(session)) return;
    switch (reply.type) {
      case 'alive':
        this.#failures = 0;
        cache.extend(session, validatedAt);
        await provider.runAlongside(() => this.#storeIfMissing());
        return;
      case 'dead':
        cache.reject(session.generation);
        await provider.ensure();
        return;
      case 'unclear':
        cache.scheduleKeepAlive(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++));
        publisher.publish({ type: 'renewalFailed', error: reply.error });
        throw reply.error;
    }
  }

  /** Stores a session that is only in memory, unless another process has stored a live one. */
  async #storeIfMissing(): Promise<void> {
    const { cache, closing, writer } = this.deps;
    const { alive } = cache;
    if (alive === undefined || alive.version !== undefined) return;
    const { session } = alive;
    try {
      // Expects an empty store: a token that is there is then validated before it is replaced.
      const outcome = await writer.store(session.token, undefined, {
        given: true,
        signal: closing,
      });
      if (outcome.type === 'stored') cache.markStored(session, outcome.version);
      if (outcome.type === 'superseded' && cache.isCurrent(session)) {
        cache.put({ ...outcome, type: 'resumed' });
      }
    } catch {
      // The session is valid, and the failure of the store was published.
    }
  }
}
