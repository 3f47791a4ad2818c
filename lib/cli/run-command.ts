import { inspect } from 'node:util';
import { CommandError, UsageError } from './terminal/command.errors.js';
import { COMMANDS } from './commands.js';
import type { Command } from './terminal/command.js';
import { print, printError, printHint } from './terminal/terminal.js';

const PROGRAM = 'nestjs-betfair-session';

const SUCCESS = 0;
const FAILURE = 1;
const WRONG_USAGE = 2;

/**
 * Runs the command that the first argument names.
 *
 * @returns the exit code
 */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (isHelp(name)) {
    print(help());
    return SUCCESS;
  }
  const listed = name === undefined ? undefined : COMMANDS.get(name);
  if (name === undefined || listed === undefined) {
    const fault =
      name === undefined
        ? 'The command is missing.'
        : `There is no command ${JSON.stringify(name)}.`;
    printError(fault);
    printHint(`\n${help()}`);
    return WRONG_USAGE;
  }
  const command = await listed.load();
  if (args.some(isHelp)) {
    print(command.help);
    return SUCCESS;
  }
  return attempt(name, command, args);
}

async function attempt(name: string, command: Command, args: readonly string[]): Promise<number> {
  try {
    await command.run(args);
    return SUCCESS;
  } catch (error) {
    if (error instanceof UsageError) {
      for (const fault of error.faults) printError(fault);
      printHint(`\n${PROGRAM} ${name} --help shows the options.`);
      return WRONG_USAGE;
    }
    printError(error instanceof CommandError ? error.message : inspect(error));
    return FAILURE;
  }
}

function isHelp(argument: string | undefined): boolean {
  return argument === '--help' || argument === '-h';
}

function help(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: ${PROGRAM} <command> [options]

Commands:
${lines.join('\n')}

${PROGRAM} <command> --help shows the options of a command.`;
}
