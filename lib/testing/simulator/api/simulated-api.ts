import { isRecord } from '../../../common/unknown-values.js';
import {
  ACCEPTED,
  acceptsMethod,
  lacksApplicationKey,
  readsBodyOf,
  type RequestKind,
} from '../http/accepted-requests.js';
import type { SimulatedAccounts } from '../accounts/simulated-accounts.js';
import { AnswerTable, type ServiceAnswers, type AnswerHandler } from './answer.table.js';
import { SimulatedApiError } from './simulated-api.error.js';
import {
  parseCalls,
  parseRoute,
  type ApiRoute,
  type ParsedCalls,
  type RoutedCall,
  type SimulatedCall,
} from './api.route.js';
import {
  MALFORMED_JSON,
  NO_SUCH_OPERATION,
  restReply,
  rpcEnvelope,
  written,
  WRONG_CONTENT_TYPE,
  type ApiService,
  type Outcome,
} from './api.envelopes.js';
import { html, json, jsonText, type SimulatorReply } from '../http/reply.js';
import { asksForJson, mediaType, tokenOf, type SimulatorRequest } from '../http/request.js';

/**
 * Decides about every API call with a live session: `true` refuses it with `INVALID_SESSION_INFORMATION`. A JSON-RPC
 * batch is one request with several calls.
 */
export type CallPredicate = (request: SimulatorRequest, call: SimulatedCall) => boolean | undefined;

/** Handler of an operation, or its fixed result. */
type Answer = AnswerHandler | object | string | number | boolean | null;

/** The Betting, Accounts, Heartbeat and Scores APIs. */
export class SimulatedApi {
  readonly #answers: AnswerTable;
  readonly #rejections = new Set<CallPredicate>();

  constructor(
    private readonly accounts: SimulatedAccounts,
    answers: ServiceAnswers,
  ) {
    this.#answers = new AnswerTable(answers);
  }

  /** Sets the answer of an operation: a result, or the handler that makes it. */
  setAnswer(method: string, answer: Answer): void {
    this.#answers.set(method, isHandler(answer) ? answer : () => answer);
  }

  /** Adds a predicate, and returns a function that removes it. */
  rejectCalls(predicate: CallPredicate): () => void {
    this.#rejections.add(predicate);
    return () => void this.#rejections.delete(predicate);
  }

  async answer(request: SimulatorRequest): Promise<SimulatorReply> {
    const route = parseRoute(request.path);
    if (!route) return restReply('betting', { fault: NO_SUCH_OPERATION }, asksForJson(request));
    const { service, style } = route;
    if (!acceptsMethod(style, request.method)) return html(405, '405 Method Not Allowed');

    const parsed = readsBodyOf(style, mediaType(request))
      ? parseCalls(route, request.body)
      : WRONG_CONTENT_TYPE;
    if (style !== 'json-rpc') {
      const outcome =
        'calls' in parsed ? await this.#rest(route, request, parsed) : { fault: parsed };
      const isXml = ACCEPTED[style].withoutAccept.is === 'faults in XML' && !asksForJson(request);
      return written(outcome, (one) => restReply(service, one, !isXml));
    }
    return 'calls' in parsed
      ? this.#rpc(service, request, parsed)
      : json(rpcEnvelope(service, { fault: parsed }), parsed.status);
  }

  #rest(
    { service, style }: ApiRoute,
    request: SimulatorRequest,
    { calls: [call] }: ParsedCalls,
  ): Promise<Outcome> {
    return call
      ? this.#call(service, style, request, call)
      : Promise.resolve({ fault: MALFORMED_JSON });
  }

  async #rpc(
    service: ApiService,
    request: SimulatorRequest,
    { calls, isBatch }: ParsedCalls,
  ): Promise<SimulatorReply> {
    const answers: string[] = [];
    for (const call of calls) {
      // One after the other, so that tests see the order of the calls of a batch.
      const outcome = await this.#call(service, 'json-rpc', request, call);
      answers.push(written(outcome, (one) => JSON.stringify(rpcEnvelope(service, one, call.id))));
    }
    // Betfair answers in the order of completion, so clients must not rely on the order of the request.
    return jsonText(isBatch ? `[${answers.toReversed().join(',')}]` : answers.join(''));
  }

  async #call(
    service: ApiService,
    kind: RequestKind,
    request: SimulatorRequest,
    call: RoutedCall,
  ): Promise<Outcome> {
    const token = tokenOf(kind, request);
    if (!token) return { errorCode: 'NO_SESSION' };
    const applicationKey = request.headers['x-application'];
    if (lacksApplicationKey(kind, applicationKey)) return { errorCode: 'NO_APP_KEY' };
    if (applicationKey && !this.accounts.knowsApplicationKey(applicationKey)) {
      return { errorCode: 'INVALID_APP_KEY' };
    }
    const account = this.accounts.holder(token, request.address);
    if (!account) return { errorCode: 'INVALID_SESSION_INFORMATION' };
    try {
      if ([...this.#rejections].some((rejects) => rejects(request, call) === true)) {
        return { errorCode: 'INVALID_SESSION_INFORMATION' };
      }
      const handler = this.#answers.get(service, call.operation ?? '');
      if (!handler) return { fault: NO_SUCH_OPERATION };
      const result = await handler(call.params, { username: account.username });
      // JSON cannot hold `undefined`.
      return { result: result ?? null };
    } catch (error) {
      if (error instanceof SimulatedApiError) return error;
      const errorDetails = isRecord(error) ? String(error['message']) : String(error);
      return { errorCode: 'UNEXPECTED_ERROR', errorDetails };
    }
  }
}

function isHandler(answer: Answer): answer is AnswerHandler {
  return typeof answer === 'function';
}
