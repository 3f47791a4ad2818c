import { reasonOf } from '../common/abort-listener.js';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import type { CertificateAuthorities } from '../common/http/trust.js';
import { request, type Dispatcher } from '../common/http/undici.js';
import { BetfairConfigurationError, BetfairIdentityUnavailableError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { TlsCredentials } from './certificate/certificate.content.js';
import {
  givenUp,
  type IdentityResponse,
  type KeepAliveReply,
  type LoginReply,
  type LogoutReply,
  type Operation,
  parseKeepAliveReply,
  parseLoginReply,
  parseLogoutReply,
  type Unclear,
  unanswered,
  unclearLogin,
} from './identity-reply.js';
import { createTransport } from './identity.transport.js';
import type { ResolvedEndpoints } from './jurisdiction.endpoints.js';
import { SendingWatch } from './sending.watch.js';
import { unreachable } from './unreachable.js';

/** Options of an account that the identity client needs. */
export interface IdentityOptions {
  readonly username: string;
  /** Each login brings its own; this one is only kept out of messages, if it is a text. */
  readonly password: string | (() => unknown);
  readonly applicationKey: string;
  readonly endpoints: ResolvedEndpoints;
  readonly ca: CertificateAuthorities;
  readonly requestTimeout: number;
}

/** The secrets of one login. */
export interface LoginSecrets {
  readonly password: string;
  /** `undefined` for an account without two-factor authentication, and for a login with a certificate. */
  readonly twoFactorCode: string | undefined;
  /** Presented in the TLS handshake; `undefined`: the login is the interactive one. */
  readonly certificate: TlsCredentials | undefined;
}

/** A request that has not been sent yet. */
interface IdentityRequest {
  readonly operation: Operation;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Texts that no message may show, the user name included. */
  readonly secrets: readonly string[];
  /** Gives the connections that it goes by. */
  readonly connect: (ending: AbortSignal) => Dispatcher | Promise<Dispatcher>;
}

/** No reply of the identity service comes near it. */
const LARGEST_REPLY = 1_048_576;
const COMMON_HEADERS = { accept: 'application/json' };

/**
 * Speaks the four operations of Betfair's identity service. Each is one request with one deadline that covers its body;
 * nothing is repeated here, no redirect is followed, and every outcome is a value, not an exception.
 */
export class IdentityClient {
  /** For keepAlive and logout; a login brings its own, with the certificate. */
  readonly #transport: Dispatcher;
  /** Those of the options. */
  readonly #secrets: readonly string[];

  constructor(
    private readonly options: IdentityOptions,
    private readonly clock: Clock,
  ) {
    this.#transport = this.#connect();
    const { username, password, applicationKey } = options;
    this.#secrets = [username, password, applicationKey].filter(
      (value) => typeof value === 'string',
    );
  }

  /**
   * Logs in with the credentials of this moment. Resolves also if `signal` ends it, so that what became of the login is
   * always known.
   *
   * @param until monotonic time after which it is not sent any more, however late a process that was stopped finds out
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
        'x-application': applicationKey,
      },
      // In the body and URL-encoded: a query string would end up in access logs.
      body: new URLSearchParams({ username, password: password + twoFactorCode }).toString(),
      // Also one by one: an echo may hold only one of them.
      secrets: [password + twoFactorCode, password, twoFactorCode, ...this.#secrets],
      connect: () => {
        own.transport = this.#connect(certificate, watch);
        watch.started();
        return own.transport;
      },
    };
    let answer: IdentityResponse | Unclear;
    try {
      answer = await this.#exchange(login, signal);
    } finally {
      await own.transport?.destroy();
    }
    // Asked last: what was not sent before the connections ended never will be.
    return 'type' in answer ? unclearLogin(answer, watch.mayHaveSent) : parseLoginReply(answer);
  }

  /** Asks whether the session lives, and extends it if so. */
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
      maxResponseSize: LARGEST_REPLY,
      ...(credentials && { credentials }),
      ...(watch && { watch }),
    });
  }

  async #withToken<T>(
    operation: 'keepAlive' | 'logout',
    url: string,
    token: string,
    parse: (response: IdentityResponse) => T,
    signal?: AbortSignal,
  ): Promise<T | Unclear> {
    const { applicationKey } = this.options;
    const answer = await this.#exchange(
      {
        operation,
        url,
        headers: {
          ...COMMON_HEADERS,
          'x-application': applicationKey,
          'x-authentication': token,
        },
        secrets: [token, ...this.#secrets],
        connect: () => this.#transport,
      },
      signal,
    );
    return 'type' in answer ? answer : parse(answer);
  }

  async #exchange(due: IdentityRequest, signal?: AbortSignal): Promise<IdentityResponse | Unclear> {
    const { operation } = due;
    const { requestTimeout } = this.options;
    const late = new BetfairIdentityUnavailableError(
      `No complete answer within ${requestTimeout} ms.`,
    );
    try {
      return await withDeadline(
        this.clock,
        requestTimeout,
        (ending) => send(due, ending),
        () => late,
        signal,
      );
    } catch (error) {
      if (error instanceof BetfairConfigurationError) throw error;
      if (signal?.aborted) return givenUp(operation, reasonOf(signal));
      const cause = safeCause(error);
      return error === late
        ? unanswered(operation, `gave no complete answer within ${requestTimeout} ms`, cause)
        : unreachable(operation, cause);
    }
  }
}

async function send(
  { url, headers, body, secrets, connect }: IdentityRequest,
  signal: AbortSignal,
): Promise<IdentityResponse> {
  const dispatcher = await connect(signal);
  const options = { dispatcher, method: 'POST', headers, body: body ?? null, signal } as const;
  const answer = await request(url, options);
  const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = answer.headers;
  return {
    status: answer.statusCode,
    contentType: typeof contentType === 'string' ? contentType : '',
    isCompressed: encoding !== 'identity',
    body: await textOf(answer),
    secrets,
  };
}

/** The page behind any other status than 200 is not read: it says no more, and need not end. */
async function textOf({ statusCode, body }: Dispatcher.ResponseData): Promise<string> {
  if (statusCode === 200) return body.text();
  body.on('error', () => undefined).destroy();
  return '';
}
