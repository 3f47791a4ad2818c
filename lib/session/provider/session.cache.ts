import type { Clock, ClockTimer } from '../../common/clock.js';
import { BetfairSession } from '../../betfair-session.js';
import { BetfairSessionError } from '../../errors/index.js';
import type { SessionPublisher } from '../events/session.publisher.js';

/** The session in memory, with where it is stored and how long it is served. */
export interface HeldSession {
  readonly session: BetfairSession;
  /** Version of the stored object that holds it; `undefined` if it is not known to be stored. */
  readonly version: string | undefined;
  /** Monotonic time until which it is served without asking Betfair. */
  readonly freshUntil: number;
}

/** Token that Betfair has accepted. */
export interface ValidToken {
  readonly type: 'resumed' | 'loggedIn';
  readonly token: string;
  /** Version of the stored object that holds it; `undefined` if it is not stored yet. */
  readonly version: string | undefined;
  /** Monotonic time at which the request that validated it was sent; the lifetime counts from it. */
  readonly validatedAt: number;
}

/**
 * Holds the session in memory, and a resolved promise of it, so that serving it costs one read. A timer drops the
 * promise when a keepAlive or a renewal is due.
 */
export class SessionCache {
  /** Promise of the session, as long as nothing is due. */
  warm: Promise<BetfairSession> | undefined;
  #held: HeldSession | undefined;
  #loggedOut = false;
  #keepAliveDueAt = 0;
  #timer: ClockTimer | undefined;
  #closed = false;
  #generation = 0;
  /** Latest generation that Betfair rejected or a logout ended; it and earlier ones are never served again. */
  #rejected = 0;
  /** Latest generation with which a call succeeded. */
  #accepted = 0;
  readonly #issued = new WeakSet<BetfairSession>();

  constructor(
    private readonly clock: Clock,
    private readonly publisher: SessionPublisher,
    private readonly applicationKey: string,
    private readonly lifetime: number,
  ) {}

  /** The session in memory; a rejected one stays until {@link put} replaces it. */
  get held(): HeldSession | undefined {
    return this.#held;
  }

  /** The session in memory, if it may be served now. */
  get servable(): HeldSession | undefined {
    const { alive } = this;
    if (this.#closed || alive === undefined) return undefined;
    return this.clock.monotonic() < alive.freshUntil ? alive : undefined;
  }

  /** The session in memory, unless Betfair rejected it; it may be past its lifetime. */
  get alive(): HeldSession | undefined {
    const held = this.#held;
    return held && !this.isRejected(held.session.generation) ? held : undefined;
  }

  /** `true` after a logout, until the next session. */
  get loggedOut(): boolean {
    return this.#loggedOut;
  }

  /** @throws BetfairSessionError the session was not created here, so it belongs to another account */
  assertIssued(session: BetfairSession): void {
    if (this.#issued.has(session)) return;
    throw new BetfairSessionError(
      'This session does not come from this SessionService. Refresh it with the SessionService of its own account.',
      { code: 'BETFAIR_FOREIGN_SESSION', retryable: false },
    );
  }

  /** Tells if Betfair rejected this session or a later one. */
  isRejected(generation: number): boolean {
    return generation <= this.#rejected;
  }

  /** Tells if this is the session in memory and Betfair has not rejected it. */
  isCurrent(session: BetfairSession): boolean {
    return this.alive?.session === session;
  }

  /** Notes that a call succeeded with this session. */
  accept({ generation }: BetfairSession): void {
    if (generation > this.#accepted) this.#accepted = generation;
  }

  /** Tells if a call succeeded with this session. */
  isAccepted({ generation }: BetfairSession): boolean {
    return generation <= this.#accepted;
  }

  /** Creates a session from a valid token, and serves it from now on. */
  put({ token, version, validatedAt, type }: ValidToken): BetfairSession {
    const { applicationKey } = this;
    const session = new BetfairSession({ token, applicationKey, generation: ++this.#generation });
    this.#issued.add(session);
    this.#held = { session, version, freshUntil: validatedAt + this.lifetime };
    this.#setKeepAliveDueAt(validatedAt + this.lifetime / 2);
    this.#loggedOut = false;
    this.publisher.announce(session, type);
    return session;
  }

  /** Restarts the lifetime from `validatedAt`, unless the session was replaced, rejected or logged out. */
  extend(session: BetfairSession, validatedAt: number): void {
    if (this.alive?.session !== session) return;
    this.#held = { ...this.alive, freshUntil: validatedAt + this.lifetime };
    this.#setKeepAliveDueAt(validatedAt + this.lifetime / 2);
    this.publisher.publish({ type: 'keptAlive', generation: session.generation });
  }

  /** Serves the session for another `ms` although Betfair gave no clear answer. */
  serveOn(session: BetfairSession, ms: number): void {
    if (this.alive?.session !== session) return;
    const freshUntil = this.clock.monotonic() + ms;
    this.#held = { ...this.alive, freshUntil };
    this.#setKeepAliveDueAt(freshUntil);
  }

  /** Notes the version under which the session is stored; `undefined`: not stored, so the next keepAlive stores it. */
  markStored(session: BetfairSession, version: string | undefined): void {
    if (this.#held?.session === session) this.#held = { ...this.#held, version };
  }

  /** Makes a keepAlive due after `ms`. */
  scheduleKeepAlive(ms: number): void {
    this.#setKeepAliveDueAt(this.clock.monotonic() + ms);
  }

  /** Serves the session in memory, if it may be served, and tells if a keepAlive is due. */
  serve(): { readonly session: Promise<BetfairSession>; readonly due: boolean } | undefined {
    const held = this.servable;
    if (held === undefined) return undefined;
    const due = this.clock.monotonic() >= this.#keepAliveDueAt;
    if (due) this.#keepAliveDueAt = held.freshUntil;
    const promise = Promise.resolve(held.session);
    this.warm = promise;
    this.#dropWarmAt(Math.min(this.#keepAliveDueAt, held.freshUntil));
    return { session: promise, due };
  }

  /** Marks a generation and all earlier ones as dead. */
  reject(generation: number): void {
    if (this.isRejected(generation)) return;
    this.#rejected = generation;
    this.warm = undefined;
    this.publisher.publish({ type: 'rejected', generation });
  }

  /** Forgets the session before a logout. */
  clear(): void {
    this.#rejected = this.#generation;
    this.#held = undefined;
    this.warm = undefined;
    this.#loggedOut = true;
  }

  /** Stops the expiry timer; the cached session is still served. */
  stopTimer(): void {
    this.#timer?.cancel();
  }

  /** Stops serving sessions. */
  close(): void {
    this.stopTimer();
    this.warm = undefined;
    this.#closed = true;
  }

  #setKeepAliveDueAt(at: number): void {
    this.#keepAliveDueAt = at;
    this.warm = undefined;
  }

  #dropWarmAt(at: number): void {
    this.#timer?.cancel();
    this.#timer = this.clock.timer(() => {
      this.warm = undefined;
    }, at - this.clock.monotonic());
  }
}
