/** Characters around or in a text that do not belong to it. */
export interface Stray {
  readonly kind: 'lineBreak' | 'blank' | 'quotes' | 'unseen';
  /** The end of a sentence about the text. */
  readonly said: string;
}

/** Characters that nobody types and nobody sees; a tab may belong to a password. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const UNSEEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u2060\ufeff]/;

/** Finds what `echo`, an editor or `docker run --env-file` leaves around or in a text. */
export function findStray(text: string): Stray | undefined {
  if (/[\r\n]/.test(text.trim())) return { kind: 'lineBreak', said: 'contains a line break' };
  if (/[\r\n]\s*$/.test(text)) return { kind: 'lineBreak', said: 'ends with a line break' };
  if (/^\s*[\r\n]/.test(text)) return { kind: 'lineBreak', said: 'starts with a line break' };
  if (UNSEEN.test(text)) return { kind: 'unseen', said: 'contains an invisible character' };
  if (/\s$/.test(text)) return { kind: 'blank', said: 'ends with a space' };
  if (/^\s/.test(text)) return { kind: 'blank', said: 'starts with a space' };
  return /^(["'`]).*\1$/.test(text) && text.length > 1
    ? { kind: 'quotes', said: 'has quotes around it' }
    : undefined;
}

/** Advice for a text with quotes around it. */
export const TAKE_QUOTES_AWAY = 'Remove them; docker run --env-file keeps quotes.';

const FIXES: Readonly<Record<Stray['kind'], string>> = {
  quotes: TAKE_QUOTES_AWAY,
  lineBreak: 'Remove it; echo writes one at the end, printf does not.',
  blank: 'Remove it.',
  unseen: 'Type it again instead of copying it.',
};

/** The fault of a text that is sent to Betfair, with what to do. `name` is what the user set; the text is not quoted. */
export function findTextFault(name: string, text: string): string | undefined {
  const stray = findStray(text);
  return stray && `${name} ${stray.said}. ${FIXES[stray.kind]}`;
}

/** Advice for a text that may be right but for what is around it. `subject` begins the sentence. */
export function adviseOnStray(subject: string, text: string): string | undefined {
  const stray = findStray(text);
  return stray && `${subject} ${stray.said}. Remove ${stray.kind === 'quotes' ? 'them' : 'it'}.`;
}
