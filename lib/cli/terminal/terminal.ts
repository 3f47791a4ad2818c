import { styleText } from 'node:util';

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${styled('red', 'Error:', process.stderr)} ${text}\n`);
}

export function printHint(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Formats a heading: bold, if the terminal can show it. */
export function heading(text: string): string {
  return styled('bold', text, process.stdout);
}

/** Styles a text, except for `NO_COLOR`, a file, a pipe or a terminal without colours. */
function styled(
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream,
): string {
  return stream.isTTY && stream.hasColors() ? styleText(style, text) : text;
}
