import { TAKE_QUOTES_AWAY } from '../../common/clean-text.js';

/** In a block only: the names of keys that openssl writes before it may hold some. */
const BACKSLASH_IN_BLOCK = /-----BEGIN [A-Z0-9 ]+-----(?:(?!-----END )[^])*?(?:\\+[nr]|\\$)/m;
const WHOLE_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[^-]*-----END /g;

/**
 * Finds in what way the text of a PEM was changed on its way here, as the end of a sentence about it, and what to do.
 *
 * @param isVariable it comes from an environment variable, in which `\n` stands for a line break
 */
export function findMangling(text: string, isVariable: boolean): string | undefined {
  const trimmed = text.trim();
  if (/^["'`]/.test(trimmed) || /-["'`]$/.test(trimmed)) {
    return `has quotes around it. ${TAKE_QUOTES_AWAY}`;
  }
  if (/[‐-―−]{2}[^\r\n]*BEGIN/.test(trimmed)) {
    return 'has other dashes than "-----", as word processors write them. Copy the text from the file that openssl wrote.';
  }
  return text.includes('-----BEGIN ') ? findChangedLines(trimmed, isVariable) : undefined;
}

function findChangedLines(text: string, isVariable: boolean): string | undefined {
  if (BACKSLASH_IN_BLOCK.test(text)) {
    return `has a backslash at its line breaks or in their place. Write real line breaks${isVariable ? String.raw`, or \n with one backslash` : ''}.`;
  }
  if (count(text, '-----BEGIN ') > count(text, '-----END ')) {
    return /[\r\n]/.test(text)
      ? 'is cut off: its last line is missing. Copy the whole text.'
      : 'ends after its first line. In an .env file put quotes around a text of several lines, or name a file instead.';
  }
  if (/-----BEGIN [A-Z0-9 ]+-----[^\S\r\n]*\S/.test(text)) {
    return `is in one line, without its line breaks. Keep them${isVariable ? String.raw`, or write each as \n` : ''}.`;
  }
  if (/-----END [A-Z0-9 ]+-----[^\S\r\n]*-----BEGIN /.test(text)) {
    return 'has no line break between the end of one block and the beginning of the next. Put one before "-----BEGIN".';
  }
  if (text.includes('\r') && !text.includes('\n')) {
    return 'has line breaks that are carriage returns alone. Save it with those of Unix.';
  }
  if (/^[^\S\r\n]+-----(?:BEGIN|END) /m.test(text)) {
    return 'has blanks before its lines. Take them away; in a template literal begin each line in the first column.';
  }
  // The old format of encrypted keys has one empty line, after its head.
  const hasEmptyLine = Array.from(text.matchAll(WHOLE_BLOCK)).some(
    ([block]) => !block.includes('Proc-Type:') && /\n\s*\n/.test(block),
  );
  return hasEmptyLine ? 'has empty lines between its lines. Take them away.' : undefined;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
