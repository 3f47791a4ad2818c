import { inspect } from 'node:util';

/** What every call to a Betfair API carries. */
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
  /** Comes back with the answer. */
  id?: number;
  /** The application key. */
  appKey: string;
  /** The session token. */
  session: string;
}

/**
 * One Betfair session, as it was when it was handed out: immutable, and cheap to ask for anew before every request.
 * Printed, inspected or serialised it shows neither token nor application key.
 */
export class BetfairSession {
  readonly #token: string;
  readonly #applicationKey: string;
  /**
   * Counts the sessions of one `SessionService` in one process; never stored, and meaningless between processes.
   */
  readonly generation: number;

  /** @internal Sessions come from `SessionService`, and in unit tests from `createTestSession`. */
  constructor(details: { token: string; applicationKey: string; generation: number }) {
    this.#token = details.token;
    this.#applicationKey = details.applicationKey;
    this.generation = details.generation;
    Object.freeze(this);
  }

  /** The session token, sent raw as `X-Authentication`. A secret: do not log it. */
  get token(): string {
    return this.#token;
  }

  /** The application key, sent as `X-Application`. */
  get applicationKey(): string {
    return this.#applicationKey;
  }

  /** The headers of an API call, as a fresh plain object. */
  headers(): BetfairSessionHeaders {
    return {
      'X-Authentication': this.#token,
      'X-Application': this.#applicationKey,
      Accept: 'application/json',
      'Content-Type': 'application/json',
    };
  }

  /** The authentication message of the Stream API, as a fresh plain object. */
  streamAuthentication({ id }: { id?: number | undefined } = {}): StreamAuthentication {
    return {
      op: 'authentication',
      ...(id !== undefined && { id }),
      appKey: this.#applicationKey,
      session: this.#token,
    };
  }

  /** Names the generation, and no secret. */
  toString(): string {
    return `BetfairSession(generation ${this.generation})`;
  }

  /** What `JSON.stringify` writes: the generation, and no secret. */
  toJSON(): Pick<BetfairSession, 'generation'> {
    return { generation: this.generation };
  }

  /** What `console.log` prints: the generation, and no secret. */
  [inspect.custom](): string {
    return this.toString();
  }
}
