import { createHash } from 'node:crypto';

const POSITION = /^[0-9a-z]{1,11}$/;

/**
 * Writes positions as the texts `initialClk` and `clk`, which clients cannot read. They are valid for subscriptions of
 * one kind with the same data at one simulator.
 */
export class ClockText {
  readonly #prefix: string;

  constructor(name: 'initialClk' | 'clk', ...boundTo: readonly string[]) {
    const hash = createHash('sha256').update(JSON.stringify([name, ...boundTo]));
    this.#prefix = `${hash.digest('base64url').slice(0, 8)}.`;
  }

  write(position: number): string {
    return this.#prefix + position.toString(36);
  }

  /** Reads a text of {@link write}; `undefined` for other texts. */
  read(text: string): number | undefined {
    const position = text.slice(this.#prefix.length);
    if (!text.startsWith(this.#prefix) || !POSITION.test(position)) return undefined;
    const number = Number.parseInt(position, 36);
    return Number.isSafeInteger(number) ? number : undefined;
  }
}
