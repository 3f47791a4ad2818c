import { resolve } from 'node:path';

/** Length of the longest path of an operating system. */
const MAX_PATH_LENGTH = 4096;
/** Length of the longest text that may look like a path. */
const MAX_PATH_LIKE_LENGTH = 1024;
/** Base64 of a PEM text, or of the bytes of a key, a certificate or a PFX. */
const BASE64 = /^(?:LS0tLS1|M[A-Z])[A-Za-z0-9+/]{38,}={0,2}$/;
/** Word that is longer than a name that people choose. */
const LONG_WORD = /[A-Za-z0-9+=]{40,}/;
/** Line of base64: many letters of both cases and digits, and nothing else that a long path would have. */
const LINE_OF_BASE64 = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=]{40,}$/;
/** Path with a folder or an extension, which a passphrase does not have. */
const LIKE_A_PATH = /[\\/]|\.[A-Za-z0-9]{1,8}$/;

/** URL, with its scheme or without: it may hold a password. */
const LIKE_A_URL = /:\/\/|^\/\/.*@/s;

/** Fault of a text that was set as a path and cannot be one. */
export interface NoPath {
  /** `true` if the text is the content of the file instead of its path. */
  readonly isContent: boolean;
  /** End of a sentence about the text. */
  readonly said: string;
}

/**
 * Finds why a text cannot be a path. Such a text must not be quoted, nor passed to the operating system, whose errors
 * quote it.
 */
export function findNoPath(text: string): NoPath | undefined {
  const content = nameContent(text);
  if (content !== undefined) return { isContent: true, said: `holds ${content}, not a path` };
  const said = nameOddity(text);
  return said === undefined ? undefined : { isContent: false, said };
}

function nameContent(text: string): string | undefined {
  if (/PRIVATE KEY/.test(text)) return 'the text of a private key';
  if (text.includes('-----')) return 'the text of a PEM';
  if (BASE64.test(text.replaceAll(/\s/g, ''))) return 'base64';
  return /[\r\n]/.test(text.trim()) ? 'several lines of text' : undefined;
}

function nameOddity(text: string): string | undefined {
  if (/[\r\n]/.test(text)) return 'has a line break before or after the path';
  // oxlint-disable-next-line no-control-regex -- a path has none
  if (/[\0-\x1f]/.test(text)) return 'contains a control character';
  return text.length > MAX_PATH_LENGTH ? 'is too long for a path' : undefined;
}

/** Tells if a text that should be something else looks like a path. */
export function isPathLike(text: string): boolean {
  if (text.length > MAX_PATH_LIKE_LENGTH || /[\r\n]|-----/.test(text)) return false;
  return (
    /\.(?:cer|crt|cert|der|key|p12|pem|pfx|txt)$/i.test(text) ||
    /^(?:\.{0,2}[\\/]|~|[A-Za-z]:[\\/]|file:)/.test(text)
  );
}

/** Quotes the absolute path, unless it may be a secret that was set in the wrong place. */
export function quotedPath(path: string): string {
  const isShown = LIKE_A_PATH.test(path) && !LIKE_A_URL.test(path);
  return !isShown || LONG_WORD.test(path) || LINE_OF_BASE64.test(path)
    ? '(not shown: it may be a secret that was put in the wrong place)'
    : `"${resolve(path)}"`;
}
