import { styleText } from 'node:util';
import { wrapped } from './wrapped.js';

type Style = Parameters<typeof styleText>[0];

const ERROR = 'Error:';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printError(text: string): void {
  const lines = wrapped(text, ERROR.length + 1);
  process.stderr.write(`${styled('red', ERROR, process.stderr)} ${lines}\n`);
}

export function printHint(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Formats a heading: bold, if the terminal can show it. */
export function heading(text: string): string {
  return styled('bold', text, process.stdout);
}

/** Styles a text, except for `NO_COLOR`, a file, a pipe or a terminal without colours. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream): string {
  return stream.isTTY && stream.hasColors() ? styleText(style, text) : text;
}
