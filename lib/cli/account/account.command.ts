import { PROGRAM } from '../program.js';
import type { Environment } from './environment.js';

/** Start of the names of the variables of the default account. */
export const DEFAULT_PREFIX = 'BETFAIR_';

/** Writes a command for the account of these arguments, to be pasted into a shell. */
export function commandFor({ file }: Environment, prefix: string, command: string): string {
  const account = [
    ...(file === undefined ? [] : ['--env-file', quoted(file)]),
    ...(prefix === DEFAULT_PREFIX ? [] : ['--prefix', prefix]),
  ];
  return ['npx', PROGRAM, command, ...account].join(' ');
}

/** Quotes a word for a shell, if it needs that. */
export function quoted(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
