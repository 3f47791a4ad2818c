/** Characters in or around a text that do not belong to it. */
export interface Stray {
  readonly kind: 'lineBreak' | 'space' | 'quotes' | 'invisible';
  /** End of a sentence about the text. */
  readonly said: string;
}

/** Invisible characters that nobody types. A tab may belong to a password. */
// oxlint-disable-next-line no-control-regex -- these characters are searched
const INVISIBLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]/;

/** Finds characters that `echo`, an editor or `docker run --env-file` leaves in or around a text. */
export function findStray(text: string): Stray | undefined {
  if (/[\r\n]/.test(text.trim())) return { kind: 'lineBreak', said: 'contains a line break' };
  if (/[\r\n]\s*$/.test(text)) return { kind: 'lineBreak', said: 'ends with a line break' };
  if (/^\s*[\r\n]/.test(text)) return { kind: 'lineBreak', said: 'starts with a line break' };
  if (INVISIBLE.test(text)) return { kind: 'invisible', said: 'contains an invisible character' };
  if (/\s$/.test(text)) return { kind: 'space', said: 'ends with white space' };
  if (/^\s/.test(text)) return { kind: 'space', said: 'starts with white space' };
  return /^(["'`]).*\1$/.test(text) && text.length > 1
    ? { kind: 'quotes', said: 'has quotes around it' }
    : undefined;
}

/** Advice for a text with quotes around it. */
export const TAKE_QUOTES_AWAY = 'Remove them; docker run --env-file keeps quotes.';

const FIXES: Readonly<Record<Stray['kind'], string>> = {
  quotes: TAKE_QUOTES_AWAY,
  lineBreak: 'Remove it; echo writes one at the end, printf does not.',
  space: 'Remove it.',
  invisible: 'Type it again instead of copying it.',
};

/** Finds the fault of a text for Betfair, with what to do. `name` is the setting; the text is not quoted. */
export function findTextFault(name: string, text: string): string | undefined {
  const stray = findStray(text);
  return stray && `${name} ${stray.said}. ${FIXES[stray.kind]}`;
}

/** Advice for a text with stray characters. `subject` begins the sentence. */
export function adviseOnStray(subject: string, text: string): string | undefined {
  const stray = findStray(text);
  return stray && `${subject} ${stray.said}. Remove ${stray.kind === 'quotes' ? 'them' : 'it'}.`;
}
