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
