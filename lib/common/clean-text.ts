/**
 * Tells what is around or in a text that does not belong to it, as the end of a sentence about it: what `echo`, an
 * editor or `docker run --env-file` leaves there.
 */
export function findStray(text: string): string | undefined {
  if (/[\r\n]/.test(text.trim())) return 'has a line break in it';
  if (/[\r\n]\s*$/.test(text)) return 'ends with a line break';
  if (/^\s*[\r\n]/.test(text)) return 'begins with a line break';
  if (/\s$/.test(text)) return 'ends with a blank';
  if (/^\s/.test(text)) return 'begins with a blank';
  return /^(["'`]).*\1$/.test(text) && text.length > 1 ? 'has quotes around it' : undefined;
}

/** The fault of a text that is sent to Betfair, with what to do. `name` is what the user set; the text is not quoted. */
export function findTextFault(name: string, text: string): string | undefined {
  const stray = findStray(text);
  if (stray === undefined) return undefined;
  const fix = stray.includes('quotes')
    ? 'Take them away; docker run --env-file keeps those that it finds.'
    : stray.includes('line break')
      ? 'Give it without spaces or line breaks; echo writes one at the end, printf does not.'
      : 'Take it away.';
  return `${name}: it ${stray}. ${fix}`;
}
