import type { Clock, ClockTimer } from '../../common/clock.js';
import { BetfairSession } from '../../betfair-session.js';
import type { SessionPublisher } from '../events/session.publisher.js';

/** The session in memory and what is known of it. */
export interface HeldSession {
  readonly session: BetfairSession;
  /** Version of the stored object that holds it; `undefined` where it is not known to be stored. */
  readonly version: string | undefined;
  /** Monotonic time until which it is served without asking Betfair. */
  readonly freshUntil: number;
}

/** A token that Betfair was seen to take. */
export interface ValidToken {
  readonly type: 'resumed' | 'loggedIn';
  readonly token: string;
  /** Version of the stored object that holds it; `undefined`: not stored yet. */
  readonly version: string | undefined;
  /** Monotonic time at which the request that proves it was sent: its lifetime counts from there. */
  readonly validatedAt: number;
}

/**
 * The session in memory. Its resolved promise is kept, so that serving it costs a read; a timer takes the promise away
 * when something is due, and the next caller finds out what.
 */
export class SessionCache {
  /** The promise to hand out while nothing is due. */
  warm: Promise<BetfairSession> | undefined;
  #held: HeldSession | undefined;
  #loggedOut = false;
  #attendAt = 0;
  #timer: ClockTimer | undefined;
  #closed = false;
  #generation = 0;
  /** Generations up to this one are never served or revived. */
  #rejected = 0;
  /** The last generation with which a call got through. */
  #accepted = 0;
  readonly #issued = new WeakSet<BetfairSession>();

  constructor(
    private readonly clock: Clock,
    private readonly publisher: SessionPublisher,
    private readonly applicationKey: string,
    private readonly lifetime: number,
  ) {}

  /** The session in memory, served or not; a rejected one stays until its successor is swapped in. */
  get held(): HeldSession | undefined {
    return this.#held;
  }

  /** The session in memory where it may be served now. */
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

  /** Tells if the application logged out, and has got no session since. */
  get loggedOut(): boolean {
    return this.#loggedOut;
  }

  /** Whether this session was handed out here, and so belongs to this account. */
  issued(session: BetfairSession): boolean {
    return this.#issued.has(session);
  }

  /** Whether Betfair rejected this session, or a later one. */
  isRejected(generation: number): boolean {
    return generation <= this.#rejected;
  }

  /** Tells if this is the session in memory, and Betfair did not reject it. */
  isCurrent(session: BetfairSession): boolean {
    return this.alive?.session === session;
  }

  /** Notes that a call got through with this session. */
  accept({ generation }: BetfairSession): void {
    if (generation > this.#accepted) this.#accepted = generation;
  }

  /** Tells if a call got through with this session. */
  isAccepted({ generation }: BetfairSession): boolean {
    return generation <= this.#accepted;
  }

  /** Swaps in a session. */
  put({ token, version, validatedAt, type }: ValidToken): BetfairSession {
    const { applicationKey } = this;
    const session = new BetfairSession({ token, applicationKey, generation: ++this.#generation });
    this.#issued.add(session);
    this.#held = { session, version, freshUntil: validatedAt + this.lifetime };
    this.#attend(validatedAt + this.lifetime / 2);
    this.#loggedOut = false;
    this.publisher.announce(session, type);
    return session;
  }

  /** Counts the lifetime anew from `validatedAt`. Late news of an older session is dropped. */
  extend(session: BetfairSession, validatedAt: number): void {
    if (this.alive?.session !== session) return;
    this.#held = { ...this.alive, freshUntil: validatedAt + this.lifetime };
    this.#attend(validatedAt + this.lifetime / 2);
    this.publisher.publish({ type: 'keptAlive', generation: session.generation });
  }

  /** Serves the session for `ms` more although Betfair could not be asked. */
  serveOn(session: BetfairSession, ms: number): void {
    if (this.alive?.session !== session) return;
    const freshUntil = this.clock.monotonic() + ms;
    this.#held = { ...this.alive, freshUntil };
    this.#attend(freshUntil);
  }

  /** Notes where the session is stored; `undefined`: nowhere, so that the next keep-alive stores it. */
  markStored(session: BetfairSession, version: string | undefined): void {
    if (this.#held?.session === session) this.#held = { ...this.#held, version };
  }

  /** Makes {@link serve} report after `ms` that a keep-alive is due. */
  attendIn(ms: number): void {
    this.#attend(this.clock.monotonic() + ms);
  }

  /** Serves the session in memory, if it may be served, and tells whether a keep-alive is due. */
  serve(): { readonly session: Promise<BetfairSession>; readonly due: boolean } | undefined {
    const held = this.servable;
    if (held === undefined) return undefined;
    const due = this.clock.monotonic() >= this.#attendAt;
    if (due) this.#attendAt = held.freshUntil;
    const promise = Promise.resolve(held.session);
    this.warm = promise;
    this.#arm(Math.min(this.#attendAt, held.freshUntil));
    return { session: promise, due };
  }

  /** Marks a generation, and those before it, as dead. */
  reject(generation: number): void {
    if (this.isRejected(generation)) return;
    this.#rejected = generation;
    this.warm = undefined;
    this.publisher.publish({ type: 'rejected', generation });
  }

  /** Forgets the session, because it is being logged out. */
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

  /** Serves nothing any more. */
  close(): void {
    this.stopTimer();
    this.warm = undefined;
    this.#closed = true;
  }

  #attend(at: number): void {
    this.#attendAt = at;
    this.warm = undefined;
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timer = this.clock.timer(() => {
      this.warm = undefined;
    }, at - this.clock.monotonic());
  }
}
