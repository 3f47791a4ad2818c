/** Characters of a line at most; more are no message. An image of many markets has a few million. */
const LONGEST_LINE = 64 * 1_024 * 1_024;

/** Cuts a text that arrives in pieces into lines. */
export class LineReader {
  /** The beginning of a line that has not ended. It is added to, which is faster than joining its pieces at the end. */
  #rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  /**
   * Takes the next piece.
   *
   * @throws RangeError a line does not end
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
    if (this.#rest.length > LONGEST_LINE) throw new RangeError('A line does not end.');
  }
}
