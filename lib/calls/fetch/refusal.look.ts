import {
  MAX_BODY_BYTES,
  inspectBody,
  isRefusedEnvelope,
  parseMention,
  type Rejection,
} from '../rejection/rejection-envelope.js';
import type { Answer } from './exchange.js';
import { callsIn, idOf, mayBeJsonRpc, type RequestBody } from './request.body.js';

/**
 * Checks if an answer refuses the session of its request. It waits only for answers that can do so: JSON with status
 * 400, or an answer with 200 to JSON-RPC that is not a page, up to 64 KiB. Never fails: a broken body fails its reader.
 */
export async function lookForRefusal(answer: Answer, request: RequestBody): Promise<Rejection> {
  const { body } = answer;
  if (body === undefined || !mayBeRefusal(answer, request)) return 'none';
  const isWhole = await body.hold(MAX_BODY_BYTES);
  // Drops a byte order mark, as `response.json()` does.
  const text = new TextDecoder().decode(body.peek());
  return isWhole ? inspectWhole(text, request) : inspectBeginning(text);
}

/** Tells if an answer shows that the API accepted the session. Errors of JSON-RPC and pages of a proxy do not. */
export function showsResult({ status, headers, body }: Answer, request: RequestBody): boolean {
  if (status !== 200 || !/json/i.test(headers.get('content-type') ?? '')) return false;
  // `lookForRefusal` has waited for these bytes.
  if (body === undefined || !mayBeJsonRpc(request)) return true;
  const { buffer, byteOffset, byteLength } = body.peek();
  return Buffer.from(buffer, byteOffset, byteLength).includes('"result"');
}

function mayBeRefusal({ status, headers }: Answer, request: RequestBody): boolean {
  const isRpc = mayBeJsonRpc(request);
  if (status !== 400 && !(status === 200 && isRpc)) return false;
  const type = headers.get('content-type') ?? '';
  // The answer to JSON-RPC is JSON under any content type but that of a page.
  return isRpc ? !/html/i.test(type) : /[/+]json\s*(;|$)/i.test(type);
}

/** Counts a batch as refused only if each of its calls has its own reply, and each reply says so. */
function inspectWhole(text: string, request: RequestBody): Rejection {
  const body = parseMention(text);
  const found = inspectBody(body);
  if (found !== 'all') return found;
  const asked = callsIn(request)?.map(idOf);
  if (!Array.isArray(body)) return (asked?.length ?? 1) === 1 ? 'all' : 'some';
  const answered = body.map(idOf);
  return asked?.toSorted().join() === answered.toSorted().join() ? 'all' : 'some';
}

/** Inspects the complete replies of a long batch. Nothing else that long is a refusal. */
function inspectBeginning(text: string): Rejection {
  for (const element of elementsOf(text)) {
    const reply = parseMention(element);
    if (reply !== undefined && isRefusedEnvelope(reply)) return 'some';
  }
  return 'none';
}

/** Yields the complete objects at the beginning of a JSON list. */
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
