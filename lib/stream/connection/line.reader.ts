/** Characters of the longest line. An image of many markets has a few million. */
const MAX_LINE_LENGTH = 64 * 1_024 * 1_024;

/** Splits text that arrives in chunks into lines. */
export class LineReader {
  /** Beginning of a line that has not ended. Appending to it is faster than joining chunks at the end. */
  #rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  /**
   * Takes the next chunk.
   *
   * @throws RangeError a line is too long
   */
  read(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const line = this.#rest + text.slice(start, end);
      this.#rest = '';
      start = end + 1;
      this.onLine(line);
    }
    this.#rest += text.slice(start);
    if (this.#rest.length > MAX_LINE_LENGTH) throw new RangeError('A line is too long.');
  }
}
