import { inspect } from 'node:util';

/** Headers of every call to a Betfair API. */
export interface BetfairSessionHeaders extends Record<string, string> {
  /** The session token. */
  'X-Authentication': string;
  /** The application key. */
  'X-Application': string;
  /** `application/json` */
  Accept: string;
  /** `application/json` */
  'Content-Type': string;
}

/** The first message on a Betfair Stream API connection. */
export interface StreamAuthentication {
  /** Kind of the message. */
  op: 'authentication';
  /** Number that the answer repeats. */
  id?: number;
  /** The application key. */
  appKey: string;
  /** The session token. */
  session: string;
}

/**
 * One Betfair session, immutable: call `getSession()` before every request. If it is printed, inspected or serialised,
 * it shows neither token nor application key.
 */
export class BetfairSession {
  readonly #token: string;
  readonly #applicationKey: string;
  /** Number of this session within one `SessionService`; meaningless in other processes. */
  readonly generation: number;

  /** @internal Created by `SessionService`, and in unit tests by `createTestSession`. */
  constructor(details: { token: string; applicationKey: string; generation: number }) {
    this.#token = details.token;
    this.#applicationKey = details.applicationKey;
    this.generation = details.generation;
    Object.freeze(this);
  }

  /** The session token, sent as `X-Authentication`. It is a secret: do not log it. */
  get token(): string {
    return this.#token;
  }

  /** The application key, sent as `X-Application`. */
  get applicationKey(): string {
    return this.#applicationKey;
  }

  /** Returns the headers of an API call as a new plain object. */
  headers(): BetfairSessionHeaders {
    return {
      'X-Authentication': this.#token,
      'X-Application': this.#applicationKey,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    };
  }

  /** Returns the authentication message of the Stream API as a new plain object. Betfair's answer repeats `id`. */
  streamAuthentication({ id }: { id?: number | undefined } = {}): StreamAuthentication {
    return {
      op: 'authentication',
      ...(id !== undefined && { id }),
      appKey: this.#applicationKey,
      session: this.#token,
    };
  }

  /** Shows the generation and no secret. */
  toString(): string {
    return `BetfairSession(generation ${this.generation})`;
  }

  /** Shows the generation and no secret in `JSON.stringify`. */
  toJSON(): Pick<BetfairSession, 'generation'> {
    return { generation: this.generation };
  }

  /** Shows the generation and no secret in `console.log`. */
  [inspect.custom](): string {
    return this.toString();
  }
}
