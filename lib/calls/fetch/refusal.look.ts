import {
  BODY_LIMIT,
  inspectBody,
  isRefusedEnvelope,
  parseMention,
  type Rejection,
} from '../rejection/rejection-envelope.js';
import type { Answer } from './exchange.js';
import { callsIn, idOf, mayBeJsonRpc, type RequestBody } from './request.body.js';

/**
 * Looks whether an answer refuses its request for the session. Only what can be a refusal is held back for it: JSON with
 * status 400, or anything but a page with 200 in answer to JSON-RPC, up to 64 KiB. Never fails: what is wrong with a body, its reader meets.
 */
export async function lookForRefusal(answer: Answer, request: RequestBody): Promise<Rejection> {
  const { body } = answer;
  if (body === undefined || !mayBeRefusal(answer, request)) return 'none';
  const isWhole = await body.hold(BODY_LIMIT);
  // Drops a byte order mark, as `response.json()` does.
  const text = new TextDecoder().decode(body.peek());
  return isWhole ? inspectWhole(text, request) : inspectBeginning(text);
}

/** Tells if an answer shows that the API took the session: an error of JSON-RPC, or a page of a proxy, does not. */
export function showsResult({ status, headers, body }: Answer, request: RequestBody): boolean {
  if (status !== 200 || !/json/i.test(headers.get('content-type') ?? '')) return false;
  // Held back, so it can be looked at.
  if (body === undefined || !mayBeJsonRpc(request)) return true;
  const { buffer, byteOffset, byteLength } = body.peek();
  return Buffer.from(buffer, byteOffset, byteLength).includes('"result"');
}

function mayBeRefusal({ status, headers }: Answer, request: RequestBody): boolean {
  const isRpc = mayBeJsonRpc(request);
  if (status !== 400 && !(status === 200 && isRpc)) return false;
  const type = headers.get('content-type') ?? '';
  // Of JSON-RPC the answer is JSON whatever it is called; only a page is none.
  return isRpc ? !/html/i.test(type) : /[/+]json\s*(;|$)/i.test(type);
}

/** A batch was refused only where each of its calls has a reply of its own, and each reply says so. */
function inspectWhole(text: string, request: RequestBody): Rejection {
  const body = parseMention(text);
  const found = inspectBody(body);
  if (found !== 'all') return found;
  const asked = callsIn(request)?.map(idOf);
  if (!Array.isArray(body)) return (asked?.length ?? 1) === 1 ? 'all' : 'some';
  const answered = body.map(idOf);
  return asked?.toSorted().join() === answered.toSorted().join() ? 'all' : 'some';
}

/** Of a long batch the replies that are complete; of anything else nothing, since no refusal is that long. */
function inspectBeginning(text: string): Rejection {
  for (const element of elementsOf(text)) {
    const reply = parseMention(element);
    if (reply !== undefined && isRefusedEnvelope(reply)) return 'some';
  }
  return 'none';
}

/** The complete objects in the beginning of a JSON list. */
function* elementsOf(text: string): Generator<string> {
  if (!text.trimStart().startsWith('[')) return;
  let depth = 0;
  let start = 0;
  let inText = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (inText) {
      if (character === '\\') i += 1;
      else if (character === '"') inText = false;
    } else if (character === '"') {
      inText = true;
    } else if (character === '{') {
      if (depth === 0) start = i;
      depth += 1;
    } else if (character === '}') {
      depth -= 1;
      if (depth === 0) yield text.slice(start, i + 1);
    }
  }
}
