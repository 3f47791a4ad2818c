import type { Dispatcher } from '../../common/http/undici.js';
import type { BetfairSession } from '../../betfair-session.js';
import { noteVerdict } from '../rejection/rejection-response.js';
import type { Rejection } from '../rejection/rejection-envelope.js';
import { callWithSession, type Outcome, type SessionSource } from '../tracked-call.js';
import { exchange, type Answer } from './exchange.js';
import { lookForRefusal } from './refusal.look.js';
import { headersFor, prepareRequest, type PreparedRequest } from './request.js';
import { isRepeatable, type RequestBody } from './request.body.js';
import { toResponse } from './response.js';

/** An answer, and the sessions that were sent for it: more than one where the first was refused. */
export interface Answered {
  readonly response: Response;
  readonly sessions: readonly BetfairSession[];
}

interface Sent {
  readonly answer: Answer;
  readonly rejection: Rejection;
}

/** Statuses that ask a client to call another URL. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends requests to the API with the session, each of them once more where it was refused for that. */
export class SessionFetch {
  readonly #api: URL;

  constructor(
    api: string,
    private readonly dispatcher: Dispatcher,
    private readonly sessions: SessionSource,
  ) {
    this.#api = new URL(api);
  }

  /** Copies the request before it returns, and sends the copy. */
  async send(input: string | URL | Request, init?: RequestInit): Promise<Answered> {
    const request = prepareRequest(this.#api, input, init);
    const body = request.body instanceof Promise ? await request.body : request.body;
    const used: BetfairSession[] = [];
    const { answer, rejection } = await callWithSession(
      this.sessions,
      (session) => {
        used.push(session);
        return this.#attempt(request, body, session);
      },
      { signal: request.signal, repeatable: isRepeatable(body) },
    );
    return { response: noteVerdict(toResponse(answer, request.url), rejection), sessions: used };
  }

  async #attempt(
    request: PreparedRequest,
    body: RequestBody,
    session: BetfairSession,
  ): Promise<Outcome<Sent>> {
    const { url, method, headers } = request;
    const options = {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: headersFor(session, headers, body.contentType),
      body: body.content,
    };
    try {
      const answer = await exchange(this.dispatcher, options, request);
      if (request.failsOnRedirect && REDIRECTS.has(answer.status)) {
        answer.body?.cancel(undefined);
        throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
      }
      const rejection = await lookForRefusal(answer, body);
      return { type: 'resolved', value: { answer, rejection }, rejection };
    } catch (error) {
      return { type: 'threw', error, rejection: 'none' };
    }
  }
}
