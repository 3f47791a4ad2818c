import { BetfairConfigurationError, BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import { COMMANDS } from './commands.js';
import { PROGRAM, readPackage } from './program.js';
import { didYouMean, nameIn } from './terminal/arguments.js';
import type { Command } from './terminal/command.js';
import { CommandError, UsageError } from './terminal/command.errors.js';
import { FAILURE, SUCCESS, WRONG_USAGE } from './terminal/exit.codes.js';
import { print, printError, printHint } from './terminal/terminal.js';

/**
 * Runs the command that the first argument names.
 *
 * @returns the exit code
 */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined) return refuse('The command is missing.');
  if (name === '--version' || name === '-v') {
    print((await readPackage()).version);
    return SUCCESS;
  }
  if (isHelp(name)) {
    print(help());
    return SUCCESS;
  }
  const [wanted, rest] = name === 'help' ? [args[0], ['--help']] : [name, args];
  if (wanted === undefined) {
    print(help());
    return SUCCESS;
  }
  const listed = COMMANDS.get(wanted);
  if (listed === undefined) {
    const typed = nameIn(wanted);
    const meant = didYouMean(typed, [...COMMANDS.keys(), 'help']);
    return refuse(`There is no command ${JSON.stringify(typed)}. ${meant}`.trimEnd());
  }
  const command = await listed.load();
  if (rest.some(isHelp)) {
    print(command.help);
    return SUCCESS;
  }
  return attempt(wanted, command, rest);
}

async function attempt(name: string, command: Command, args: readonly string[]): Promise<number> {
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      for (const fault of error.faults) printError(fault);
      printHint(`\n${PROGRAM} ${name} --help shows the options.`);
      return WRONG_USAGE;
    }
    if (error instanceof BetfairConfigurationError) for (const one of error.faults) printError(one);
    else if (error instanceof CommandError || error instanceof BetfairSessionError) {
      printError(error.message);
    } else printUnexpected(error);
    return FAILURE;
  }
}

/** Shows where an error came from. Its text is shown only if it cannot quote a secret. */
function printUnexpected(error: unknown): void {
  const { name, message } = safeCause(error);
  printError(`This should not happen; please report it: ${name}, ${message}.`);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const frame of stack.match(/^ +at .*$/gm) ?? []) printHint(frame);
}

function refuse(fault: string): number {
  printError(fault);
  printHint(`\n${help()}`);
  return WRONG_USAGE;
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h';
}

function help(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: ${PROGRAM} <command> [options]

Commands:
${lines.join('\n')}

${PROGRAM} <command> --help shows the options of a command,
${PROGRAM} --version the version of the package.`;
}
