import { resolve } from 'node:path';

/** The longest path that an operating system takes. */
const LONGEST_PATH = 4096;
/** The longest text that looks like a path. */
const LONGEST_LOOKALIKE = 1024;
/** The first characters of a PEM text in base64, or of the bytes of a key, a certificate or a PFX. */
const BASE64 = /^(?:LS0tLS1|M[A-Z])[A-Za-z0-9+/]{38,}={0,2}$/;
/** Longer than a name that a person gives. */
const LONG_WORD = /[A-Za-z0-9+=]{40,}/;
/** Many letters of both cases and digits, and nothing that a long path would have beside them: a line of base64. */
const LINE_OF_BASE64 = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=]{40,}$/;
/** A file has an extension, or a folder is named with it; a passphrase has neither. */
const LIKE_A_PATH = /[\\/]|\.[A-Za-z0-9]{1,8}$/;

/** A text that was given for a path and cannot be one. */
export interface NoPath {
  /** Whether it is what the file should hold. */
  readonly isContent: boolean;
  /** The end of a sentence about it. */
  readonly said: string;
}

/**
 * Finds that a text cannot be a path. Such a text must neither be quoted nor given to the operating system, whose errors
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
  return text.length > LONGEST_PATH ? 'is too long for a path' : undefined;
}

/** Tells if a text that is due to be something else looks like a path. */
export function isPathLike(text: string): boolean {
  if (text.length > LONGEST_LOOKALIKE || /[\r\n]|-----/.test(text)) return false;
  return (
    /\.(?:cer|crt|cert|der|key|p12|pem|pfx|txt)$/i.test(text) ||
    /^(?:\.{0,2}[\\/]|~|[A-Za-z]:[\\/]|file:)/.test(text)
  );
}

/** The absolute path in quotes, unless it may be a secret that was put in the wrong place. */
export function quotedPath(path: string): string {
  return LONG_WORD.test(path) || LINE_OF_BASE64.test(path) || !LIKE_A_PATH.test(path)
    ? '(not shown: it may be a secret that was put in the wrong place)'
    : `"${resolve(path)}"`;
}
