import { TAKE_QUOTES_AWAY } from '../../common/settings/clean-text.js';

/** Backslash inside a block; the text that openssl writes before a block may contain one. */
const BACKSLASH_IN_BLOCK = /-----BEGIN [A-Z0-9 ]+-----(?:(?!-----END )[^])*?(?:\\+[nr]|\\$)/m;
const WHOLE_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[^-]*-----END /g;

/**
 * Finds how the text of a PEM was damaged. Returns the end of a sentence about it, and what to do.
 *
 * @param isVariable - `true` for an environment variable, in which `\n` means a line break
 */
export function findMangling(text: string, isVariable: boolean): string | undefined {
  const trimmed = text.trim();
  if (/^["'`]/.test(trimmed) || /-["'`]$/.test(trimmed)) {
    return `has quotes around it. ${TAKE_QUOTES_AWAY}`;
  }
  if (/[‐-―−]{2}[^\r\n]*BEGIN/.test(trimmed)) {
    return 'has other dashes than "-----", probably from a word processor. Copy the text from the file that openssl wrote.';
  }
  return text.includes('-----BEGIN ') ? findChangedLines(trimmed, isVariable) : undefined;
}

function findChangedLines(text: string, isVariable: boolean): string | undefined {
  if (BACKSLASH_IN_BLOCK.test(text)) {
    return `has a backslash at its line breaks or instead of them. Write real line breaks${isVariable ? String.raw`, or \n with one backslash` : ''}.`;
  }
  if (count(text, '-----BEGIN ') > count(text, '-----END ')) {
    return /[\r\n]/.test(text)
      ? 'is cut off: its last line is missing. Copy the whole text.'
      : 'ends after its first line. In an .env file put quotes around a text of several lines, or name a file instead.';
  }
  if (/-----BEGIN [A-Z0-9 ]+-----[^\S\r\n]*\S/.test(text)) {
    return `is on one line, without its line breaks. Keep them${isVariable ? String.raw`, or write each as \n` : ''}.`;
  }
  if (/-----END [A-Z0-9 ]+-----[^\S\r\n]*-----BEGIN /.test(text)) {
    return 'has no line break between the end of one block and the beginning of the next. Put one before "-----BEGIN".';
  }
  if (text.includes('\r') && !text.includes('\n')) {
    return 'has carriage returns as its line breaks. Save it with Unix line breaks.';
  }
  if (/^[^\S\r\n]+-----(?:BEGIN|END) /m.test(text)) {
    return 'has spaces before its lines. Remove them; in a template literal, start each line in the first column.';
  }
  // The old format of encrypted keys has an empty line after its header.
  const hasEmptyLine = Array.from(text.matchAll(WHOLE_BLOCK)).some(
    ([block]) => !block.includes('Proc-Type:') && /\n\s*\n/.test(block),
  );
  return hasEmptyLine ? 'has empty lines between its lines. Remove them.' : undefined;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
