import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import type { CertificateAuthorities } from '../common/http/trust.js';
import { request, type Dispatcher } from '../common/http/undici.js';
import { BetfairIdentityUnavailableError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { ClientCertificate } from '../options/betfair-session-options.interface.js';
import { loadClientCertificate, type TlsCredentials } from './client-certificate.js';
import {
  type IdentityResponse,
  type KeepAliveReply,
  type LoginReply,
  type LogoutReply,
  parseKeepAliveReply,
  parseLoginReply,
  parseLogoutReply,
  type Unclear,
  unanswered,
} from './identity-reply.js';
import { createTransport } from './identity.transport.js';
import type { ResolvedEndpoints } from './jurisdiction.endpoints.js';

/** What the identity client needs to know of an account. */
export interface IdentityOptions {
  readonly username: string;
  readonly applicationKey: string;
  readonly certificate: ClientCertificate | undefined;
  readonly endpoints: ResolvedEndpoints;
  readonly ca: CertificateAuthorities;
  readonly requestTimeout: number;
}

/** No reply of the identity service comes near it. */
const LARGEST_REPLY = 1_048_576;
const COMMON_HEADERS = { accept: 'application/json' };

/**
 * Speaks the four operations of Betfair's identity service. Each is one request with one deadline that covers its body;
 * nothing is repeated here, no redirect is followed, and every outcome is a value, not an exception.
 */
export class IdentityClient {
  /** For keepAlive and logout; a login brings its own, with the certificate as it is at that moment. */
  readonly #transport: Dispatcher;

  constructor(
    private readonly options: IdentityOptions,
    private readonly clock: Clock,
  ) {
    this.#transport = this.#connect();
  }

  /** Logs in with the password of this moment; `password` carries the two-factor code where there is one. */
  async logIn(password: string, signal?: AbortSignal): Promise<LoginReply> {
    const { certificate, endpoints, username, applicationKey } = this.options;
    const transport = this.#connect(certificate && (await loadClientCertificate(certificate)));
    try {
      return await this.#exchange(
        'login',
        certificate ? endpoints.certLogin : endpoints.login,
        {
          dispatcher: transport,
          headers: {
            ...COMMON_HEADERS,
            'content-type': 'application/x-www-form-urlencoded',
            'x-application': applicationKey,
          },
          // In the body and URL-encoded: a query string would end up in access logs.
          body: new URLSearchParams({ username, password }).toString(),
        },
        parseLoginReply,
        [password, applicationKey],
        signal,
      );
    } finally {
      await transport.destroy();
    }
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

  #connect(credentials?: TlsCredentials): Dispatcher {
    return createTransport(this.options.ca, {
      connectTimeout: this.options.requestTimeout,
      maxResponseSize: LARGEST_REPLY,
      ...(credentials && { credentials }),
    });
  }

  #withToken<T>(
    operation: 'keepAlive' | 'logout',
    url: string,
    token: string,
    parse: (response: IdentityResponse) => T,
    signal?: AbortSignal,
  ): Promise<T | Unclear> {
    const headers = {
      ...COMMON_HEADERS,
      'x-application': this.options.applicationKey,
      'x-authentication': token,
    };
    const secrets = [token, this.options.applicationKey];
    const init = { dispatcher: this.#transport, headers };
    return this.#exchange(operation, url, init, parse, secrets, signal);
  }

  async #exchange<T>(
    operation: 'login' | 'keepAlive' | 'logout',
    url: string,
    init: { dispatcher: Dispatcher; headers: Record<string, string>; body?: string },
    parse: (response: IdentityResponse) => T,
    secrets: readonly string[],
    signal?: AbortSignal,
  ): Promise<T | Unclear> {
    const { requestTimeout } = this.options;
    try {
      const response = await withDeadline(
        this.clock,
        requestTimeout,
        async (ending): Promise<IdentityResponse> => {
          const { statusCode, headers, body } = await request(url, {
            ...init,
            method: 'POST',
            signal: ending,
          });
          const contentType = headers['content-type'];
          return {
            status: statusCode,
            contentType: typeof contentType === 'string' ? contentType : '',
            body: await body.text(),
            secrets,
          };
        },
        () =>
          new BetfairIdentityUnavailableError(`No complete answer within ${requestTimeout} ms.`),
        signal,
      );
      return parse(response);
    } catch (error) {
      const cause = safeCause(error);
      const timedOut = error instanceof BetfairIdentityUnavailableError;
      const reason = timedOut
        ? `gave no complete answer within ${requestTimeout} ms`
        : `could not be reached (${cause.message})`;
      return unanswered(operation, reason, cause);
    }
  }
}
