import { TOKEN_HEADER } from '../../common/betfair-headers.js';
import { read } from '../../common/unknown-values.js';
import { ask, isList } from './rejection-envelope.js';

/**
 * Finds the session tokens that an error or an answer shows on its request to an origin: in `config` (axios), `options`
 * (got, ofetch) or `request` (a Fetch `Request`, a `ClientRequest`) of it or of its `response`. A token counts only if
 * the request shows its URL too; one on a `cause` belongs to another request. Never throws.
 */
export function shownTokens(part: unknown, origin: string): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (const holder of [part, read(part, 'response')]) {
    const request = read(holder, 'request');
    for (const place of [request, read(holder, 'req'), read(request, 'options')]) {
      addTokens(tokens, place, origin);
    }
    addTokens(tokens, read(holder, 'config'), origin);
    // ofetch keeps the URL beside its options.
    addTokens(tokens, read(holder, 'options'), origin, request);
  }
  return tokens;
}

function addTokens(tokens: Set<string>, request: unknown, origin: string, url?: unknown): void {
  try {
    if (originOf(request, url) !== origin) return;
    for (const token of tokensOn(request)) if (typeof token === 'string') tokens.add(token);
  } catch {
    // A value that throws shows no token.
  }
}

function originOf(request: unknown, url: unknown): string | undefined {
  const host = ask(request, 'getHeader', 'host') ?? read(request, 'host');
  const places = [
    // With `allowAbsoluteUrls: false`, axios takes the origin of `baseURL`.
    read(request, 'allowAbsoluteUrls') === false ? undefined : read(request, 'url'),
    read(request, 'baseURL'),
    read(request, 'origin'),
    // A whole URL if the request went to a proxy.
    host === undefined ? undefined : read(request, 'path'),
    typeof host === 'string' ? `${String(read(request, 'protocol'))}//${host}` : undefined,
    url,
  ];
  for (const place of places) {
    const text = typeof place === 'string' ? place : read(place, 'href');
    if (typeof text === 'string' && URL.canParse(text)) return new URL(text).origin;
  }
  return undefined;
}

/** Reads the values of the header, in any form in which clients keep headers. */
function tokensOn(request: unknown): unknown[] {
  const headers = read(request, 'headers');
  const value = ask(request, 'getHeader', TOKEN_HEADER) ?? ask(headers, 'get', TOKEN_HEADER);
  if (typeof value === 'string') return [value];
  if (typeof headers !== 'object' || headers === null) return [];
  const pairs: readonly unknown[] = isList(headers) ? headers : Object.entries(headers);
  if (!isList(pairs[0])) return pairs.filter((_, index) => isHeader(pairs[index - 1]));
  return pairs.filter((pair) => isHeader(read(pair, 0))).map((pair) => read(pair, 1));
}

function isHeader(name: unknown): boolean {
  return typeof name === 'string' && name.toLowerCase() === TOKEN_HEADER;
}
