import type { Observable } from 'rxjs';
import type { BetfairSession } from '../betfair-session.js';
import type { ApiCall, ApiCallOutcome } from '../calls/call/json-rpc.call.js';
import { callBatch, callOne } from '../calls/call/json-rpc.call.js';
import { CallScope } from '../calls/call-scope.js';
import { SessionFetch } from '../calls/fetch/session-fetch.js';
import { runWithSession } from '../calls/run.js';
import type { SessionSource } from '../calls/session-source.js';
import { handledIfGivenUp } from '../calls/tracked-call.js';
import { DEFAULT_ACCOUNT } from '../common/account-name.js';
import { systemClock } from '../common/clock.js';
import { SharedConnections } from '../common/http/shared-connections.js';
import { abortable } from '../common/deadline.js';
import type { BetfairSessionOptions } from '../options/betfair-session-options.interface.js';
import type { BetfairSessionError } from '../errors/index.js';
import type { SessionParts } from './session.composition.js';
import type { SessionEvent, SessionStatus } from './events/session.events.js';
import { assertOpened, openAccount, type OpenedAccount } from './session.opening.js';
import { beginShutdown, shutDown } from './session.shutdown.js';
import { createSource, noteTaken } from './session.source.js';
import { observedStateOf, statusOf, troubleOf } from './session.status.js';

/** Options of a caller that waits. */
export interface WaitOptions {
  /** Ends this caller's wait; a renewal that others may wait for continues. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Provides one valid Betfair session: keeps it in memory and in the store, extends it while it is in use, and replaces
 * it with at most one login, however many calls and processes need it.
 */
export class SessionService {
  readonly #parts: SessionParts;
  readonly #api: SessionFetch;
  #closed: Promise<void> | undefined;
  /** @internal */
  readonly account: SessionSource;
  readonly #send = (path: string, init: RequestInit) => this.#api.send(path, init);

  /** @internal Called by `BetfairSessionModule` and {@link create}. */
  constructor(opened: OpenedAccount) {
    const { parts } = assertOpened(opened);
    this.#parts = parts;
    this.account = createSource(opened);
    this.#api = new SessionFetch(this.account.api, parts.requests, this.account);
    parts.telemetry.observe(() => observedStateOf(parts));
  }

  /**
   * Creates the service of one account without a Nest application, such as in a script. End it with {@link close}, or
   * declare it with `await using`. In the log the account has its `name`.
   *
   * @throws BetfairConfigurationError, MissingPackageError, SessionStorageError as an application at its start
   */
  static async create(
    options: BetfairSessionOptions,
    { name = DEFAULT_ACCOUNT }: { readonly name?: string | undefined } = {},
  ): Promise<SessionService> {
    const connections = new SharedConnections();
    const opened = await openAccount(name, options, { clock: systemClock, connections });
    const sessions = new SessionService(opened);
    await opened.parts.scheduler?.onApplicationBootstrap();
    return sessions;
  }

  /**
   * Returns the session from the cheapest source that works: memory, the store, a login. Call it before every request.
   *
   * @throws BetfairSessionError no session can be obtained now; `retryable` tells if a later call may succeed
   */
  getSession(options?: WaitOptions): Promise<BetfairSession> {
    const { cache, provider } = this.#parts;
    return noteTaken(provider.get(options?.signal), this.account, cache);
  }

  /** @internal Like {@link getSession}, but without a promise if the session is in memory and nothing is due. */
  takeSession(): BetfairSession | Promise<BetfairSession> {
    const { cache, provider } = this.#parts;
    const session = provider.get();
    return session === cache.warm && cache.held ? cache.held.session : session;
  }

  /**
   * Checks a session that Betfair seems to have refused, and returns the session to use now: a new one if this one is
   * dead, otherwise the same. Checks a session at most once in 5 s. To end a session that lives, call {@link logout}.
   *
   * @throws BetfairSessionError `BETFAIR_FOREIGN_SESSION`: it belongs to another account; or as {@link getSession}
   */
  async refresh(rejected: BetfairSession, { signal }: WaitOptions = {}): Promise<BetfairSession> {
    this.#parts.cache.assertIssued(rejected);
    await this.account.refused(rejected, { isProof: false, where: 'refresh()', signal });
    return this.getSession({ signal });
  }

  /**
   * Sends a request like `fetch`, with the session's headers; a path is resolved against the URL of the API. A request
   * that Betfair refuses for its session is sent once more with a new one; nothing else is sent twice. No redirect is
   * followed. The function may be detached: `const { fetch } = sessions`.
   *
   * @throws BetfairSessionError `BETFAIR_FOREIGN_URL`: it is not on the API's origin; `BETFAIR_RUN_ABANDONED`: it comes
   * from a run of a handler that was started again, and was not sent; or as {@link getSession}
   * @throws TypeError `fetch failed`, with its cause; or the arguments cannot be used. An abort throws the signal's
   * reason
   */
  readonly fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    handledIfGivenUp(this.#api.send(input, init).then(({ response }) => response));

  /**
   * Calls one operation of Betfair's JSON-RPC APIs and returns its result. A call that Betfair refuses for its session
   * is sent once more with a new one.
   *
   * @typeParam T - type of the result; it is not validated
   * @param operation - such as `SportsAPING/v1.0/listEventTypes`
   * @param params - as Betfair documents them
   * @throws BetfairApiError Betfair did not carry it out; and what {@link fetch} throws
   * @throws TypeError the name of the operation cannot be used; nothing was sent
   */
  call<T = unknown>(operation: string, params?: object, options?: WaitOptions): Promise<T>;
  call(operation: string, params?: object, options?: WaitOptions): Promise<unknown> {
    return handledIfGivenUp(callOne(this.#send, { operation, params }, options?.signal));
  }

  /**
   * Calls several operations of one API in one request. Returns an outcome for each, in the order of `calls` and in the
   * form of `Promise.allSettled`.
   *
   * @typeParam T - types of the results, as a tuple
   * @throws BetfairApiError Betfair carried out none of them; and what {@link fetch} throws
   * @throws TypeError the operations belong to several APIs, or a name cannot be used; nothing was sent
   */
  callAll<T extends readonly unknown[] = unknown[]>(
    calls: { readonly [K in keyof T]: ApiCall },
    options?: WaitOptions,
  ): Promise<{ [K in keyof T]: ApiCallOutcome<T[K]> }>;
  callAll(calls: readonly ApiCall[], options?: WaitOptions): Promise<ApiCallOutcome[]> {
    return handledIfGivenUp(callBatch(this.#send, calls, options?.signal));
  }

  /**
   * Makes one call with any client. If Betfair refuses it for its session (thrown or returned), it is made once more
   * with a new one, so pass a single request, not a series.
   *
   * @throws what the call throws, or what {@link getSession} throws; `BETFAIR_RUN_ABANDONED` as in {@link fetch}
   */
  run<T>(call: (session: BetfairSession) => Promise<T>, options?: WaitOptions): Promise<T> {
    return handledIfGivenUp(runWithSession(this.account, call, options?.signal));
  }

  /**
   * Extends the session now, replaces a dead one, and gets one if there is none, unless the application logged out.
   *
   * @throws BetfairSessionError Betfair gave no clear answer (the session is kept), or no new session can be obtained
   */
  keepAlive(): Promise<void> {
    return this.#parts.keepAlive.run();
  }

  /**
   * Ends the session at Betfair for every process, and removes it from the store. The next {@link getSession} logs in
   * again. A call after a failure tries the same session again, and ends no session that another process stored.
   *
   * @throws BetfairSessionError Betfair gave no clear answer, or the store failed and persistence is `'required'`; call
   * it again
   */
  logout(): Promise<void> {
    return this.#parts.provider.runExclusive(() => this.#parts.logout.run());
  }

  /** @internal Logs out for {@link SessionAccounts.remove}, after which nobody who still has this service logs in. */
  logoutForGood(): Promise<void> {
    const { closing, logout, provider } = this.#parts;
    return provider.runLast(() => logout.run(), closing.closed);
  }

  /**
   * Lifts a refused login or a ban, in all processes that share the store, once a person has done what the error asked
   * for. It waits for a login in progress; a valid session is still served. The login budget is not reset.
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

  /** The session that a call would get now without waiting, if there is one. */
  get current(): BetfairSession | undefined {
    const session = this.#parts.provider.current;
    if (session) CallScope.current?.take(this.account, session);
    return session;
  }

  /** State of the session, for health checks; contains no secret. */
  get status(): SessionStatus {
    return statusOf(this.#parts);
  }

  /** @internal Reason of a status that is not `ready`, for health checks. */
  get trouble(): BetfairSessionError | undefined {
    return troubleOf(this.#parts);
  }

  /** Emits the current session and every new one: a stream client reconnects with it. */
  get session$(): Observable<BetfairSession> {
    return this.#parts.publisher.sessions$(() => this.#parts.provider.current);
  }

  /** Emits the events of the session. */
  get events$(): Observable<SessionEvent> {
    return this.#parts.publisher.events$;
  }

  /**
   * Ends the service: work and requests in flight have five seconds, then they fail with `BETFAIR_CLOSED`, as does
   * whatever is asked for later. The session itself goes on, for other processes and the next start; to end it,
   * {@link logout} first. Nest calls this at shutdown.
   */
  close(): Promise<void> {
    return (this.#closed ??= shutDown(this.#parts));
  }

  /** Does the same as {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Hook of Nest. Stops the timers only: the application may still answer requests. */
  onModuleDestroy(): void {
    beginShutdown(this.#parts);
  }

  /** @internal Hook of Nest. */
  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
