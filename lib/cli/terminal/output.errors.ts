import { text } from '../../common/unknown-values.js';
import { FAILURE } from './exit.codes.js';
import { printError } from './terminal.js';

/**
 * Lets the program fail if its output cannot be written, such as on a full disk. A reader that closes the pipe early,
 * such as `head`, is no failure.
 */
export function watchOutput(): void {
  watch(process.stdout, (code) => printError(`The output cannot be written (${code}).`));
  watch(process.stderr, () => undefined);
}

function watch(stream: NodeJS.WriteStream, report: (code: string) => void): void {
  let isBroken = false;
  stream.on('error', (error) => {
    // The next ones follow from the first.
    if (isBroken) return;
    isBroken = true;
    const code = text(error, 'code') ?? error.name;
    if (code === 'EPIPE') return;
    process.exitCode ||= FAILURE;
    report(code);
  });
}
