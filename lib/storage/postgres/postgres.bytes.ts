import { inspect } from 'node:util';

const SHOWN = '(bytes of a session)';

/** Bytes that print as a fixed text, because tracing and loggers print the parameters of a statement. */
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

/** Encodes a text as a parameter of a statement. */
export function hiddenBytes(text: string): Uint8Array {
  return new HiddenBytes(Buffer.from(text));
}
