import { reasonOf } from '../common/abort-listener.js';
import { APPLICATION_KEY_HEADER, TOKEN_HEADER } from '../common/betfair-headers.js';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import type { CertificateAuthorities } from '../common/http/trust.js';
import type { Dispatcher } from '../common/http/undici.js';
import { BetfairConfigurationError, BetfairIdentityUnavailableError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { TlsCredentials } from './certificate/certificate.content.js';
import {
  type KeepAliveReply,
  type LoginReply,
  type LogoutReply,
  parseKeepAliveReply,
  parseLoginReply,
  parseLogoutReply,
  unclearLogin,
} from './identity-reply.js';
import { type IdentityRequest, type IdentityResponse, sendRequest } from './identity.request.js';
import { createTransport } from './identity.transport.js';
import { type AnyReply, replyReport, type ReplyReport } from './reply.report.js';
import type { ResolvedEndpoints } from './jurisdiction.endpoints.js';
import { SendingWatch } from './sending.watch.js';
import { cancelled, type Unclear, unclear, unreachable } from './unclear-reply.js';

/** Options of an account that the identity client needs. */
export interface IdentityOptions {
  readonly username: string;
  /** Password that messages must not show; each login brings the one that it sends. */
  readonly password: string | (() => unknown);
  readonly applicationKey: string;
  readonly endpoints: ResolvedEndpoints;
  readonly ca: CertificateAuthorities;
  readonly requestTimeout: number;
}

export interface LoginSecrets {
  readonly password: string;
  /** `undefined` without two-factor authentication, and for a certificate login. */
  readonly twoFactorCode: string | undefined;
  /** Client certificate for the TLS handshake; `undefined` for an interactive login. */
  readonly certificate: TlsCredentials | undefined;
}

/** Far more than any reply of the identity service. */
const MAX_REPLY_BYTES = 1_048_576;
const COMMON_HEADERS = { accept: 'application/json' };

/**
 * Sends the requests to Betfair's identity service. Each operation is one request with one deadline that includes its
 * body. Nothing is repeated, no redirect is followed, and every outcome is a value, not an exception.
 */
export class IdentityClient {
  /** Connections for keepAlive and logout; a login has its own, with the certificate. */
  readonly #transport: Dispatcher;
  /** Secrets of the options. */
  readonly #secrets: readonly string[];

  constructor(
    private readonly options: IdentityOptions,
    private readonly clock: Clock,
    /** Receives each reply. */
    private readonly onReply: (report: ReplyReport) => void = () => undefined,
  ) {
    this.#transport = this.#connect();
    const { username, password, applicationKey } = options;
    this.#secrets = [username, password, applicationKey].filter(
      (value) => typeof value === 'string',
    );
  }

  /**
   * Logs in. It also resolves if `signal` aborts, so that the caller always knows if Betfair may have a session.
   *
   * @param until - monotonic time after which the request is not sent, even by a process that was paused
   * @throws BetfairConfigurationError the proxy cannot be used; nothing was sent
   */
  async logIn(
    { password, twoFactorCode = '', certificate }: LoginSecrets,
    signal?: AbortSignal,
    until = Infinity,
  ): Promise<LoginReply> {
    const { endpoints, username, applicationKey } = this.options;
    const watch = new SendingWatch(this.clock, until);
    const own: { transport?: Dispatcher } = {};
    const login: IdentityRequest = {
      operation: 'login',
      url: certificate ? endpoints.certLogin : endpoints.login,
      headers: {
        ...COMMON_HEADERS,
        'content-type': 'application/x-www-form-urlencoded',
        [APPLICATION_KEY_HEADER]: applicationKey,
      },
      // In the body, because a query string would appear in access logs.
      body: new URLSearchParams({ username, password: password + twoFactorCode }).toString(),
      // Together and each alone: a reply may echo only one of them.
      secrets: [password + twoFactorCode, password, twoFactorCode, ...this.#secrets],
      connect: () => {
        own.transport = this.#connect(certificate, watch);
        watch.started();
        return own.transport;
      },
    };
    const began = this.clock.monotonic();
    let answer: IdentityResponse | Unclear;
    try {
      answer = await this.#exchange(login, signal);
    } finally {
      await own.transport?.destroy();
    }
    // After the connections are closed, because only then nothing more can be sent.
    const reply =
      'type' in answer ? unclearLogin(answer, watch.mayHaveSent) : parseLoginReply(answer);
    this.onReply(replyReport('login', reply, this.clock.monotonic() - began));
    return reply;
  }

  /** Extends the session, and finds out if it is alive. */
  keepAlive(token: string, signal?: AbortSignal): Promise<KeepAliveReply> {
    const { endpoints } = this.options;
    return this.#withToken('keepAlive', endpoints.keepAlive, token, parseKeepAliveReply, signal);
  }

  /** Ends the session, for every holder of the token. */
  logOut(token: string, signal?: AbortSignal): Promise<LogoutReply> {
    const { endpoints } = this.options;
    return this.#withToken('logout', endpoints.logout, token, parseLogoutReply, signal);
  }

  /** Ends the connections; requests in flight fail. */
  async close(): Promise<void> {
    await this.#transport.destroy();
  }

  #connect(credentials?: TlsCredentials, watch?: SendingWatch): Dispatcher {
    return createTransport(this.options.ca, {
      connectTimeout: this.options.requestTimeout,
      maxResponseSize: MAX_REPLY_BYTES,
      ...(credentials && { credentials }),
      ...(watch && { watch }),
    });
  }

  async #withToken<T extends AnyReply>(
    operation: 'keepAlive' | 'logout',
    url: string,
    token: string,
    parse: (response: IdentityResponse) => T,
    signal?: AbortSignal,
  ): Promise<T | Unclear> {
    const { applicationKey } = this.options;
    const began = this.clock.monotonic();
    const answer = await this.#exchange(
      {
        operation,
        url,
        headers: {
          ...COMMON_HEADERS,
          [APPLICATION_KEY_HEADER]: applicationKey,
          [TOKEN_HEADER]: token,
        },
        secrets: [token, ...this.#secrets],
        connect: () => this.#transport,
      },
      signal,
    );
    const reply = 'type' in answer ? answer : parse(answer);
    this.onReply(replyReport(operation, reply, this.clock.monotonic() - began));
    return reply;
  }

  async #exchange(
    request: IdentityRequest,
    signal?: AbortSignal,
  ): Promise<IdentityResponse | Unclear> {
    const { operation } = request;
    const { requestTimeout } = this.options;
    const late = new BetfairIdentityUnavailableError(
      `No complete answer within ${requestTimeout} ms.`,
    );
    try {
      return await withDeadline(
        this.clock,
        requestTimeout,
        (ending) => sendRequest(request, ending),
        () => late,
        signal,
      );
    } catch (error) {
      if (error instanceof BetfairConfigurationError) throw error;
      if (signal?.aborted) return cancelled(operation, reasonOf(signal));
      const cause = safeCause(error);
      return error === late
        ? unclear(operation, `gave no complete answer within ${requestTimeout} ms`, cause)
        : unreachable(operation, cause);
    }
  }
}
