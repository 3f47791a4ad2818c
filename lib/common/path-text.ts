import { resolve } from 'node:path';

/** The longest path that an operating system takes. */
const LONGEST_PATH = 4096;
/** The first characters of a PEM text in base64, or of the bytes of a key, a certificate or a PFX. */
const BASE64 = /^(?:LS0tLS1|M[A-Z])[A-Za-z0-9+/]{38,}={0,2}$/;
/** Longer than a name that a person gives. */
const LONG_WORD = /[A-Za-z0-9+=]{40,}/;
/** Many letters of both cases and digits, and nothing that a long path would have beside them: a line of base64. */
const LINE_OF_BASE64 = /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=]{40,}$/;
/** A file has an extension, or a folder is named with it; a passphrase has neither. */
const LIKE_A_PATH = /[\\/]|\.[A-Za-z0-9]{1,8}$/;

/**
 * Tells what a text is that was given for a path and cannot be one, as the end of a sentence about it. Such a text must
 * neither be quoted nor given to the operating system, whose errors quote it.
 */
export function findNoPath(text: string): string | undefined {
  if (/PRIVATE KEY/.test(text)) return 'holds the text of a private key, not a path';
  if (text.includes('-----')) return 'holds the text of a PEM, not a path';
  if (BASE64.test(text.replaceAll(/\s/g, ''))) return 'holds base64, not a path';
  if (/[\r\n]/.test(text.trim())) return 'holds several lines of text, not a path';
  if (/[\r\n]/.test(text)) return 'has a line break beside the path';
  // oxlint-disable-next-line no-control-regex -- a path has none
  if (/[\0-\x1f]/.test(text)) return 'has a control character in it, as no path has';
  return text.length > LONGEST_PATH ? 'is too long for a path' : undefined;
}

/** The absolute path in quotes, unless it may be a secret that was put in the wrong place. */
export function quotedPath(path: string): string {
  return LONG_WORD.test(path) || LINE_OF_BASE64.test(path) || !LIKE_A_PATH.test(path)
    ? '(not shown: it may be a secret that was put in the wrong place)'
    : `"${resolve(path)}"`;
}
