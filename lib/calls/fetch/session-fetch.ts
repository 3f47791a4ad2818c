import type { RequestTarget } from '../../common/http/undici.js';
import type { BetfairSession } from '../../betfair-session.js';
import { markJudged } from '../rejection/rejection-response.js';
import type { SessionSource } from '../session-source.js';
import { callWithSession, type Outcome } from '../tracked-call.js';
import { exchange, type Answer } from './exchange.js';
import { lookForRefusal, showsResult } from './refusal.look.js';
import { isReadRequest, prepareRequest, type PreparedRequest } from './request.js';
import { isRepeatable, NO_BODY, type RequestBody } from './request.body.js';
import { headersFor } from './request.headers.js';
import { toResponse } from './response.js';

/** An answer, and the sessions sent for it: more than one if the first was refused. */
export interface Answered {
  readonly response: Response;
  readonly sessions: readonly BetfairSession[];
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Sends requests to the API with the session, and repeats a request once if its session was refused. */
export class SessionFetch {
  readonly #api: URL;
  /** Last session that the API is known to accept. */
  #accepted: BetfairSession | undefined;

  constructor(
    api: string,
    private readonly target: Pick<RequestTarget, 'dispatch'>,
    private readonly source: SessionSource,
  ) {
    this.#api = new URL(api);
  }

  /** Copies the request before it returns, and sends the copy. */
  async send(input: string | URL | Request, init?: RequestInit): Promise<Answered> {
    const request = prepareRequest(this.#api, input, init);
    let body = request.body instanceof Promise ? undefined : request.body;
    let isRead: boolean | undefined;
    const used: BetfairSession[] = [];
    const answer = await callWithSession(this.source, {
      attempt: (session) => {
        used.push(session);
        return this.#attempt(request, body ?? NO_BODY, session);
      },
      name: 'A request',
      ready:
        request.body instanceof Promise ? request.body.then((read) => (body = read)) : undefined,
      isRead: () => (isRead ??= isReadRequest(request, body)),
      isRepeatable: () => isRepeatable(body ?? NO_BODY),
      signal: request.signal,
    });
    const response = toResponse(answer, request.url);
    // An outer layer can rebuild a request whose body cannot be sent again, so it must inspect the answer itself.
    return {
      response: isRepeatable(body ?? NO_BODY) ? markJudged(response) : response,
      sessions: used,
    };
  }

  async #attempt(
    request: PreparedRequest,
    body: RequestBody,
    session: BetfairSession,
  ): Promise<Outcome<Answer>> {
    const { url, method, headers } = request;
    const options = {
      origin: url.origin,
      path: url.pathname + url.search,
      method,
      headers: headersFor(session, headers, body.contentType),
      body: body.content,
    };
    try {
      const answer = await exchange(this.target, options, request);
      if (request.failsOnRedirect && REDIRECTS.has(answer.status)) {
        answer.body?.cancel(undefined);
        throw new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
      }
      const rejection = await lookForRefusal(answer, body);
      const refusals =
        rejection === 'none' ? [] : [{ source: this.source, session, isProof: true }];
      if (rejection === 'none') this.#noteResult(answer, body, session);
      return { type: 'resolved', value: answer, rejection, refusals };
    } catch (error) {
      return { type: 'threw', error, rejection: 'none', refusals: [] };
    }
  }

  #noteResult(answer: Answer, body: RequestBody, session: BetfairSession): void {
    if (this.#accepted === session || !showsResult(answer, body)) return;
    this.#accepted = session;
    this.source.accepted(session);
  }
}
