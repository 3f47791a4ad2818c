import { type Dispatcher, undici } from '../common/http/undici.js';

export type Operation = 'login' | 'keepAlive' | 'logout';

/** A request that has not been sent yet. */
export interface IdentityRequest {
  readonly operation: Operation;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Texts that no message may show, the user name included. */
  readonly secrets: readonly string[];
  /** Returns the connections for the request. */
  readonly connect: () => Dispatcher;
}

export interface IdentityResponse {
  readonly status: number;
  readonly contentType: string;
  /** `true` if the body is compressed and cannot be read; no request asks for compression. */
  readonly isCompressed?: boolean;
  readonly body: string;
  /** Secrets of the request. No message shows them, and an answer that is one of them is not from Betfair. */
  readonly secrets: readonly string[];
}

/** Sends a request and reads its response. */
export async function sendRequest(
  { url, headers, body, secrets, connect }: IdentityRequest,
  signal: AbortSignal,
): Promise<IdentityResponse> {
  const dispatcher = connect();
  const options = { dispatcher, method: 'POST', headers, body: body ?? null, signal } as const;
  const answer = await undici().request(url, options);
  const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = answer.headers;
  return {
    status: answer.statusCode,
    contentType: typeof contentType === 'string' ? contentType : '',
    isCompressed: encoding !== 'identity',
    body: await textOf(answer),
    secrets,
  };
}

/** Reads the body of a response with status 200. Any other body has no use and may never end. */
async function textOf({ statusCode, body }: Dispatcher.ResponseData): Promise<string> {
  if (statusCode === 200) return body.text();
  body.on('error', () => undefined).destroy();
  return '';
}
