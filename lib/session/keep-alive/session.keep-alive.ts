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

/** Milliseconds until a session in use is tried again after a keep-alive that got no clear answer; doubled each time. */
const RETRY = 15_000;
const LONGEST_RETRY = 60_000;

/** Extends the session in memory, once at a time, and replaces it if Betfair says that it is gone. */
export class SessionKeepAlive {
  #running: { readonly of: HeldSession['session']; readonly done: Promise<void> } | undefined;
  #failures = 0;

  constructor(private readonly deps: KeepAliveDependencies) {}

  /** The keep-alive under way. */
  get running(): Promise<void> | undefined {
    return this.#running?.done;
  }

  /** @throws BetfairSessionError Betfair could not be asked, or no new session could be had */
  async run(): Promise<void> {
    const { cache, closing, provider } = this.deps;
    closing.throwIfAborted();
    const { alive } = cache;
    const { flight } = provider;
    if (flight) {
      // A renewal proves the session as well as a keep-alive does, or as little.
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
    // What came in between knows better than this late answer.
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
        cache.attendIn(Math.min(LONGEST_RETRY, RETRY * 2 ** Math.min(this.#failures++, 8)));
        publisher.publish({ type: 'renewalFailed', error: reply.error });
        throw reply.error;
    }
  }

  /** Stores a session that is served from memory only, unless the fleet has another one by now. */
  async #storeIfMissing(): Promise<void> {
    const { cache, closing, writer } = this.deps;
    const { alive } = cache;
    if (alive === undefined || alive.version !== undefined) return;
    const { session } = alive;
    try {
      // As if nothing were stored: whatever is there is then looked at before it is replaced.
      const outcome = await writer.store(session.token, undefined, {
        given: true,
        signal: closing,
      });
      if (outcome.type === 'stored') cache.markStored(session, outcome.version);
      if (outcome.type === 'superseded' && cache.isCurrent(session)) {
        cache.put({ ...outcome, type: 'resumed' });
      }
    } catch {
      // The session is fine, and the failure of the store was published as such.
    }
  }
}
