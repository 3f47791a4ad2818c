import type { OnApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { BetfairSession } from '../betfair-session.js';
import {
  type ApiCall,
  type ApiCallOutcome,
  callBatch,
  callOne,
} from '../calls/call/json-rpc.call.js';
import { CallScope } from '../calls/call-scope.js';
import { SessionFetch } from '../calls/fetch/session-fetch.js';
import { runWithSession } from '../calls/run.js';
import type { SessionSource } from '../calls/session-source.js';
import { handledIfGivenUp } from '../calls/tracked-call.js';
import { openLog } from '../common/application-log.js';
import { abortable } from '../common/deadline.js';
import { BetfairSessionError } from '../errors/index.js';
import type { ResolvedSessionOptions } from '../options/resolved-options.js';
import { warnOfCertificateExpiry } from './events/certificate-expiry.warning.js';
import type { SessionParts } from './session.composition.js';
import type { SessionEvent, SessionStatus } from './events/session.events.js';
import { logSessionEvents } from './events/session.log.js';
import { beginShutdown, shutDown } from './session.shutdown.js';
import { createSource } from './session.source.js';
import { statusOf } from './session.status.js';

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends this caller's wait; a renewal that others may wait for goes on. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One valid Betfair session for the application: kept in memory and in the store, extended while it is in use, and
 * replaced by at most one login however many calls, and processes, need it.
 */
export class SessionService implements OnModuleDestroy, OnApplicationShutdown {
  readonly #parts: SessionParts;
  readonly #api: SessionFetch;
  /** @internal */
  readonly account: SessionSource;
  readonly #send = (path: string, init: RequestInit) => this.#api.send(path, init);

  /** @internal Made by `BetfairSessionModule`. */
  constructor(account: string, options: ResolvedSessionOptions, parts: SessionParts) {
    const log = openLog('BetfairSession', account);
    this.#parts = parts;
    const { clock, connections, credentials, publisher } = parts;
    const { events$ } = publisher;
    logSessionEvents(events$, log);
    if (options.certificate) {
      warnOfCertificateExpiry(() => credentials.certificateExpiry(), events$, clock, log.warn);
    }
    this.account = createSource(account, options, parts, log.warn);
    this.#api = new SessionFetch(this.account.api, connections.dispatcher, this.account);
  }

  /**
   * The session: from memory where it is valid there, else resumed from the store, else by a login. Idempotent, and
   * cheap enough to call before every request.
   *
   * @throws BetfairSessionError no session can be had now; `retryable` tells whether a later call may succeed
   */
  getSession(options?: WaitOptions): Promise<BetfairSession> {
    const { cache, provider } = this.#parts;
    const session = provider.get(options?.signal);
    const scope = CallScope.current;
    if (scope === undefined) return session;
    if (session !== cache.warm) {
      return session.then((taken) => {
        scope.take(this.account, taken);
        return taken;
      });
    }
    // What is warm is what is held: another promise around it would cost as much as all the rest.
    if (cache.held) scope.take(this.account, cache.held.session);
    return session;
  }

  /** @internal What {@link getSession} gives, without a promise if the session is in memory and nothing is due. */
  takeSession(): BetfairSession | Promise<BetfairSession> {
    const { cache, provider } = this.#parts;
    const session = provider.get();
    return session === cache.warm && cache.held ? cache.held.session : session;
  }

  /**
   * Replaces a session that looks refused, once Betfair says that it is dead, and returns the session to use now: its
   * successor, at once if there is one already, or the same one if Betfair still takes it or cannot be asked. Betfair is
   * asked about a session at most once in 5 s. To end a session that lives, use {@link logout}.
   *
   * @throws BetfairSessionError `BETFAIR_FOREIGN_SESSION`: the session is not one of this account; or what
   * {@link getSession} throws
   */
  async refresh(rejected: BetfairSession, { signal }: WaitOptions = {}): Promise<BetfairSession> {
    if (!this.#parts.cache.issued(rejected)) {
      throw new BetfairSessionError(
        'This session was not handed out by this service. Refresh it with the SessionService of the account that it came from.',
        { code: 'BETFAIR_FOREIGN_SESSION', retryable: false },
      );
    }
    await this.account.refused(rejected, { isProof: false, where: 'refresh()', signal });
    return this.getSession({ signal });
  }

  /**
   * WHATWG `fetch` with the session's headers. A path is resolved against the API's URL; no redirect is followed. A
   * request that Betfair refused for its session is sent once more with a new one; nothing else is ever sent twice. It
   * may be taken out of the service: `const { fetch } = sessions`.
   *
   * @throws BetfairSessionError `BETFAIR_FOREIGN_URL`: the URL is not on the API's origin, the only one that may see
   * the token; or what {@link getSession} throws
   * @throws TypeError `fetch failed`, with its cause; or the reason of the signal
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    handledIfGivenUp(this.#api.send(input, init).then(({ response }) => response));

  /**
   * One operation of Betfair's JSON-RPC APIs: its result. Refused for its session, it is sent once more with a new one.
   *
   * @typeParam T - what the operation results in; Betfair's word is taken for it
   * @param operation - such as `SportsAPING/v1.0/listEventTypes`
   * @param params - as Betfair documents them
   * @throws BetfairApiError Betfair did not do it; and what {@link fetch} throws
   */
  call<T = unknown>(operation: string, params?: object, options?: WaitOptions): Promise<T>;
  call(operation: string, params?: object, options?: WaitOptions): Promise<unknown> {
    return handledIfGivenUp(callOne(this.#send, { operation, params }, options?.signal));
  }

  /**
   * Several operations of one API in one request, each with its own outcome, in the order of `calls` and in the form of
   * `Promise.allSettled`.
   *
   * @typeParam T - what the operations result in, as a tuple
   * @throws BetfairApiError Betfair did none of them; and what {@link fetch} throws
   */
  callAll<T extends readonly unknown[] = unknown[]>(
    calls: { readonly [K in keyof T]: ApiCall },
    options?: WaitOptions,
  ): Promise<{ [K in keyof T]: ApiCallOutcome<T[K]> }>;
  callAll(calls: readonly ApiCall[], options?: WaitOptions): Promise<ApiCallOutcome[]> {
    return handledIfGivenUp(callBatch(this.#send, calls, options?.signal));
  }

  /**
   * Makes one call with any client. Refused for its session, thrown or returned, it is made once more with a new one;
   * so hand in one request, not a series.
   *
   * @throws what the call throws, or what {@link getSession} throws
   */
  run<T>(call: (session: BetfairSession) => Promise<T>, options?: WaitOptions): Promise<T> {
    return handledIfGivenUp(runWithSession(this.account, call, options?.signal));
  }

  /**
   * Extends the session now, and replaces it if it is gone. Without a session it gets one, unless the application
   * logged out.
   *
   * @throws BetfairSessionError Betfair gave no clear answer (the session is kept), or no new session can be had
   */
  keepAlive(): Promise<void> {
    return this.#parts.keepAlive.run();
  }

  /**
   * Ends the session at Betfair, for every holder in every process, and removes it from the store. It is no stop
   * switch: the next {@link getSession} logs in again. Called again after a failure, it tries the same session again,
   * and ends none that another process stored meanwhile.
   *
   * @throws BetfairSessionError Betfair gave no clear answer (call it again), or the store failed and the persistence
   * is `'required'`
   */
  logout(): Promise<void> {
    return this.#parts.provider.runExclusive(() => this.#parts.logout.run());
  }

  /**
   * Lifts a refused login or a ban, here and in all processes that share the store, once a person has done what the
   * error asked for. A session that is served meanwhile is served on, and a login under way is waited for. The login
   * budget stays.
   *
   * @throws SessionStorageError the store failed, so nothing is lifted
   */
  async unblockLogin(): Promise<void> {
    const { closing, provider, login } = this.#parts;
    const { signal } = closing;
    await provider.beforeRenewals(() => abortable(() => login.unblock(signal), signal));
  }

  /** @internal For `resetLoginBudget` of the testing kit. */
  resetLoginBudget(): void {
    this.#parts.guard.budget.reset();
    this.#parts.provider.resetBackoff();
  }

  /** The session that a call would be given right now without waiting, if there is one. */
  get current(): BetfairSession | undefined {
    const session = this.#parts.provider.current;
    if (session) CallScope.current?.take(this.account, session);
    return session;
  }

  /** How well the account is served; contains no secret. */
  get status(): SessionStatus {
    return statusOf(this.#parts);
  }

  /** Every new session, beginning with the current one: a stream client reconnects on it. */
  get session$(): Observable<BetfairSession> {
    return this.#parts.publisher.sessions$(() => this.#parts.provider.current);
  }

  /** What happens to the session. */
  get events$(): Observable<SessionEvent> {
    return this.#parts.publisher.events$;
  }

  /** @internal Requests may still be being answered, so only what works by itself stops here. */
  onModuleDestroy(): void {
    beginShutdown(this.#parts);
  }

  /** @internal The shared session is not logged out: other processes use it, and the next start resumes it. */
  async onApplicationShutdown(): Promise<void> {
    await shutDown(this.#parts);
  }
}
