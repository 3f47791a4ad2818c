import type { Answer } from './exchange.js';
import type { AnswerBody } from './answer.body.js';

/** Bytes up to which a body that is all there is given as text, which costs `Response` less than bytes. */
const SHORT = 65_536;

/** Fails on whatever would not be the same bytes again. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The answer as a `Response` of Node's own class, which clients test for. */
export function toResponse(answer: Answer, url: URL): Response {
  const { status, statusText, headers, body } = answer;
  const text = textOf(answer);
  const content = text ?? (body?.whole ? body.take() : (body?.stream() ?? null));
  const response = new Response(content, { status, statusText, headers });
  const described = describe(response, url.href.replace(/#.*$/, ''));
  return text === undefined
    ? described
    : Object.defineProperties(described, readersOf(response, text));
}

/** What only Node itself can set otherwise, also of a clone. */
function describe(response: Response, url: string): Response {
  const { clone } = Response.prototype;
  return Object.defineProperties(response, {
    url: { value: url },
    type: { value: 'basic' },
    clone: { value: () => describe(clone.call(response), url) },
  });
}

/** A short body that is all there, where its text is the same as its bytes. */
function textOf({ body, headers }: Answer): string | undefined {
  // Without a type, a text would be given one.
  if (!isShort(body) || !headers.has('content-type')) return undefined;
  try {
    const text = strict.decode(body.peek());
    return text.startsWith('\ufeff') ? undefined : text;
  } catch {
    return undefined;
  }
}

function isShort(body: AnswerBody | undefined): body is AnswerBody {
  return body !== undefined && body.whole && body.peek().byteLength <= SHORT;
}

/** `text()` and `json()` of a text that is known, at a fraction of what reading its stream costs. */
function readersOf(response: Response, known: string): PropertyDescriptorMap {
  const use = async (otherwise: () => Promise<unknown>, read: () => unknown) => {
    if (response.bodyUsed || response.body === null || response.body.locked) return otherwise();
    // Marks it as used, for whoever asks or reads again.
    response.body.cancel().catch(() => undefined);
    return read();
  };
  const { text, json } = Response.prototype;
  return {
    text: { value: () => use(text.bind(response), () => known) },
    json: { value: () => use(json.bind(response), () => JSON.parse(known)) },
  };
}
