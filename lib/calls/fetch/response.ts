import type { Answer } from './exchange.js';

/** The answer as a `Response` of Node's own class, which clients test for. */
export function toResponse({ status, statusText, headers, body }: Answer, url: URL): Response {
  const response = new Response(body?.whole ? body.take() : (body?.stream() ?? null), {
    status,
    statusText,
    headers,
  });
  // Only Node itself can set them otherwise.
  return Object.defineProperties(response, {
    url: { value: url.href.split('#', 1)[0] },
    type: { value: 'basic' },
  });
}
