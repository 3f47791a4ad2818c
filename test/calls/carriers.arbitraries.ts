import { HttpException } from '@nestjs/common';
import { AxiosError, AxiosHeaders } from 'axios';
import * as fc from 'fast-check';
import { errors } from 'undici';
import {
  otherRestFault,
  otherRpcError,
  refusedRestFault,
  refusedRpcError,
  refusedStreamStatus,
  text,
} from './answers.arbitraries.js';
import { INVALID } from './rejections.fixture.js';

/** The ways in which clients hand a body, and an HTTP status with it, to their callers. */

/** Statuses that Betfair, or a gateway in front of it, could send with a refusal. */
export const refusalStatus = fc.constantFrom(200, 400, 401, 404, 429);
/** Statuses of block pages and outages, which say nothing of the session whatever their body says. */
export const outageStatus = fc.constantFrom(403, 500, 502, 503, 504);

/** One body in every form that clients give it: parsed, text and bytes. */
export const form = fc.constantFrom<(body: unknown) => unknown>(
  (body) => body,
  (body) => json(body),
  (body) => Buffer.from(json(body)),
  (body) => new TextEncoder().encode(`\uFEFF${json(body)}`),
  (body) => new TextEncoder().encode(json(body)).buffer,
  // A part of a larger buffer, as sockets give them.
  (body) => Buffer.from(`xx${json(body)}yy`).subarray(2, -2),
);

function json(body: unknown): string {
  return ` ${JSON.stringify(body) ?? ''}\r\n`;
}

type Carrier = (body: unknown, status: number) => unknown;

const failed = (properties: object, message = 'It failed.') =>
  Object.assign(new Error(message), properties);

/** What is thrown for an answer with that status and body. */
export const errorOfClient = fc.constantFrom<Carrier>(
  function axiosError(data, status) {
    const config = { headers: new AxiosHeaders() };
    const response = { data, status, statusText: 'x', headers: {}, config };
    return new AxiosError('Request failed', 'ERR_BAD_REQUEST', config, {}, response);
  },
  function axiosResult(data, status) {
    return { data, status, statusText: 'x', headers: {}, config: {}, request: {} };
  },
  function undiciError(body, status) {
    const kept = typeof body === 'object' || typeof body === 'string' ? body : null;
    return new errors.ResponseError('Response status code', status, { body: kept, headers: {} });
  },
  function gotError(body, statusCode) {
    const response = { body, statusCode, headers: {}, rawBody: Buffer.from('') };
    const code = 'ERR_NON_2XX_3XX_RESPONSE';
    return failed({ name: 'HTTPError', code, options: { headers: {} }, response });
  },
  function superagentError(body, status) {
    return failed({ status, response: { body, text: '', status, statusCode: status } });
  },
  function ofetchError(data, status) {
    const response = new Response(null, { status, headers: { 'content-type': 'text/plain' } });
    return failed({ name: 'FetchError', data, status, statusCode: status, response });
  },
  function requestError(error, statusCode) {
    return failed({ error, statusCode, response: { statusCode, headers: {} } });
  },
);

/** An exception of an application, answered with a status of its choice. */
class BettingFailed extends HttpException {
  constructor(
    readonly body: unknown,
    status: number,
  ) {
    super('Betting failed.', status);
  }
}

/** What is thrown with a body and no status that would be Betfair's. */
export const errorWithBody = fc.constantFrom<Carrier>(
  (body) => failed({ body }),
  (data) => failed({ data }),
  (error) => failed({ error }),
  (detail) => failed({ detail }),
  (body) => failed({ response: { body } }),
  (data) => failed({ response: { data } }),
  (body, status) => new BettingFailed(body, status),
);

/** Errors whose `response` is the body itself; where that has a `body` or `data`, it is an answer that carries one. */
export const errorOfNest = fc.constantFrom<Carrier>(
  (response) => failed({ response }),
  (body, status) =>
    typeof body === 'object' && body !== null
      ? new HttpException(body, status)
      : failed({ response: body, status }),
);

/** Errors that are the refusal themselves. */
export const refusedError: fc.Arbitrary<Error> = fc.oneof(
  refusedRpcError.map(({ message, ...rest }) => failed(rest, message)),
  refusedRpcError.map((error) => failed({ error })),
  refusedRestFault.map((fault) => failed(fault)),
  refusedStreamStatus.map((status) => failed(status)),
  text.map((message) => failed({ errorCode: INVALID }, message)),
  text.map((message) => failed({ code: INVALID }, message)),
  fc.constantFrom(INVALID, ` ${INVALID}\n`, 'ANGX-0003').map((message) => new Error(message)),
);

/** Errors that are something else, and may mention a refusal. */
export const otherError: fc.Arbitrary<Error> = fc.oneof(
  otherRpcError.map(({ message, ...rest }) => failed(rest, message)),
  otherRpcError.map((error) => failed({ error })),
  otherRestFault.map((fault) => failed(fault)),
  text.map((said) => new Error(`${INVALID} ${said}!`)),
  text.map((said) => new Error(`Betfair: ${said} ${INVALID}`)),
  fc.constant(failed({ errorCode: 'TOO_MUCH_DATA' }, 'ANGX-0003')),
  fc
    .constantFrom('ECONNRESET', 'UND_ERR_BODY_TIMEOUT', 'ABORT_ERR')
    .map((code) => failed({ code })),
  fc
    .constantFrom('TimeoutError', 'AbortError')
    .map((name) => new DOMException(`aborted at ${INVALID}`, name)),
);

const wrapper = fc.constantFrom<(cause: unknown) => Error>(
  (cause) => new Error('No event types', { cause }),
  (cause) => new TypeError('fetch failed', { cause }),
  (cause) => new HttpException('Bad Gateway', 502, { cause }),
  (cause) => failed({ cause, code: 'E_MARKETS', response: undefined, data: null }),
);

/** The value at the end of a `cause` chain of that many errors more. */
export function wrapped(
  values: fc.Arbitrary<unknown>,
  errorsAround: { min: number; max: number },
): fc.Arbitrary<unknown> {
  const { min: minLength, max: maxLength } = errorsAround;
  return fc
    .tuple(values, fc.array(wrapper, { minLength, maxLength }))
    .map(([value, wrappers]) => wrappers.reduce<unknown>((cause, wrap) => wrap(cause), value));
}
