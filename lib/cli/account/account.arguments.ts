import { readOptions } from '../terminal/arguments.js';
import { UsageError } from '../terminal/command.errors.js';
import { DEFAULT_PREFIX } from './account.command.js';
import { type Environment, readEnvironment } from './environment.js';

/** Arguments of a command that works on an account. */
export interface AccountArguments<Flag extends string> {
  readonly environment: Environment;
  /** Start of the names of the account's variables. */
  readonly prefix: string;
  readonly has: (flag: Flag) => boolean;
}

/** Part of `--help` about the options that every such command has. */
export const ACCOUNT_HELP = `  --env-file <file>  Reads variables from this file too, as node --env-file
                     does: a variable that is set already counts. If the file
                     cannot be read, Node says so, with exit code 9.
  --prefix <text>    Start of the names of the variables, for one of several
                     accounts. Default: ${DEFAULT_PREFIX}
  --help             Shows this text.`;

/** @throws UsageError with every mistake */
export function readAccountArguments<const Flag extends string>(
  args: readonly string[],
  flags: readonly Flag[],
): AccountArguments<Flag> {
  const wrong: string[] = [];
  const given = readOptions<Flag | 'env-file' | 'prefix'>(
    args,
    { values: ['env-file', 'prefix'], flags },
    wrong,
  );
  const prefix = given('prefix').at(-1) ?? DEFAULT_PREFIX;
  if (!/^[A-Z][A-Z0-9_]*_$/.test(prefix)) {
    wrong.push('--prefix: must be capital letters and end with "_", such as BETFAIR_ITALY_.');
  }
  if (wrong.length > 0) throw new UsageError(wrong);
  const environment = readEnvironment(given('env-file').at(-1), prefix);
  return { environment, prefix, has: (flag) => given(flag).length > 0 };
}
