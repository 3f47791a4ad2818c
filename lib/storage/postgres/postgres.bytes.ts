import { inspect } from 'node:util';

const SHOWN = '(bytes of a session)';

/**
 * Bytes that show only that they are there. Tracing and loggers print the parameters of a statement: of a `Buffer` its
 * text, of other bytes their numbers.
 */
class HiddenBytes extends Uint8Array {
  override toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}

/** The bytes of a text, as a parameter of a statement. */
export function hiddenBytes(text: string): Uint8Array {
  return new HiddenBytes(Buffer.from(text));
}
