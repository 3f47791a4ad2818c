import type { Answer } from './exchange.js';
import type { AnswerBody } from './answer.body.js';

/** Bytes of the longest complete body that is passed as text, which costs `Response` less than bytes. */
const MAX_TEXT_BYTES = 65_536;

/** Fails on bytes that cannot be encoded back to the same bytes. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Makes a `Response` of Node's own class, which clients test for. */
export function toResponse(answer: Answer, url: URL): Response {
  const { status, statusText, headers, body } = answer;
  const text = textOf(answer);
  const content = text ?? (body?.whole ? body.take() : (body?.stream() ?? null));
  const response = new Response(content, { status, statusText, headers });
  const described = describe(response, url.href.replace(/#.*$/, ''));
  if (text === undefined) return described;
  return Object.defineProperties(described, readersOf(response, text));
}

/** Sets members that otherwise only Node can set, also on clones. */
function describe(response: Response, url: string): Response {
  const { clone } = Response.prototype;
  return Object.defineProperties(response, {
    url: { value: url },
    type: { value: 'basic' },
    clone: { value: () => describe(clone.call(response), url) },
  });
}

/** Decodes a short and complete body, if its text stands for the same bytes. */
function textOf({ body, headers }: Answer): string | undefined {
  // `Response` would add a type to a text without one.
  if (!isShort(body) || !headers.has('content-type')) return undefined;
  try {
    const text = strict.decode(body.peek());
    return text.startsWith('\ufeff') ? undefined : text;
  } catch {
    return undefined;
  }
}

function isShort(body: AnswerBody | undefined): body is AnswerBody {
  return body !== undefined && body.whole && body.peek().byteLength <= MAX_TEXT_BYTES;
}

/** Makes `text()` and `json()` for a known text, which cost far less than reading its stream. */
function readersOf(response: Response, known: string): PropertyDescriptorMap {
  const use = async (otherwise: () => Promise<unknown>, read: () => unknown) => {
    if (response.bodyUsed || response.body === null || response.body.locked) return otherwise();
    // Marks the body as used.
    response.body.cancel().catch(() => undefined);
    return read();
  };
  const { text, json } = Response.prototype;
  return {
    text: { value: () => use(text.bind(response), () => known) },
    json: { value: () => use(json.bind(response), () => JSON.parse(known)) },
  };
}
