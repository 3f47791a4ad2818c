/** Columns of the narrowest terminal in which texts are easy to read. */
const COLUMNS = 80;

/**
 * Breaks a text between words into lines of at most 80 columns. A longer word, such as a path, stays whole, so that it
 * can be copied.
 *
 * @param indent - columns before the text, which are left free before the other lines
 */
export function wrapped(text: string, indent = 0): string {
  const [first = '', ...words] = text.split(/\s+/);
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    if (indent + line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else line += ` ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
