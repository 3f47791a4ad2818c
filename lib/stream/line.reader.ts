/** Characters of a line at most; more are no message. An image of many markets has a few million. */
const LONGEST_LINE = 64 * 1_024 * 1_024;

/** Cuts a text that arrives in pieces into lines. */
export class LineReader {
  /** The beginning of a line that has not ended. */
  #pieces: string[] = [];
  #length = 0;

  constructor(private readonly onLine: (line: string) => void) {}

  /**
   * Takes the next piece.
   *
   * @throws RangeError a line does not end
   */
  read(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      const rest = text.slice(start, end);
      start = end + 1;
      if (this.#length === 0) this.onLine(rest);
      else this.onLine(this.#complete(rest));
    }
    if (start === text.length) return;
    this.#pieces.push(text.slice(start));
    this.#length += text.length - start;
    if (this.#length > LONGEST_LINE) throw new RangeError('A line does not end.');
  }

  #complete(rest: string): string {
    const line = this.#pieces.join('') + rest;
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}
