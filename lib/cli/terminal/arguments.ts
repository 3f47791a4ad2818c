import { parseArgs } from 'node:util';
import { nearest } from './nearest.js';

/** Options of a command, without `--help`. */
export interface KnownOptions<Name extends string> {
  /** Options that each take a value, as `--name value` or `--name=value`. */
  readonly values: readonly Name[];
  /** Options without a value. */
  readonly flags?: readonly Name[];
}

/** The texts that were given for an option, in order; an empty one for each time that a flag was given. */
export type GivenOptions<Name extends string> = (name: Name) => readonly string[];

/**
 * Reads options.
 *
 * @param faults - receives every mistake
 */
export function readOptions<const Name extends string>(
  args: readonly string[],
  { values, flags = [] }: KnownOptions<Name>,
  faults: string[],
): GivenOptions<Name> {
  const names = [...values, ...flags];
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...values.map((name) => [name, { type: 'string' } as const] as const),
      ...flags.map((name) => [name, { type: 'boolean' } as const] as const),
    ]),
    strict: false,
    tokens: true,
  });
  const options = [...names, 'help'].map((name) => `--${name}`);
  const known = `The options are: ${options.join(', ')}.`;
  const given: [string, string][] = [];
  /** Option that takes no value, as far as is known: a text after it may be meant as one, and be a secret. */
  let before: { readonly index: number; readonly faults: readonly string[] } | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      const fault = `${JSON.stringify(nameIn(token.value))} is not an option. ${known}`;
      faults.push(...(before?.faults ?? [fault]));
    } else if (token.kind === 'option') {
      const { index, name, rawName, value, inlineValue } = token;
      if (!names.some((one) => rawName === `--${one}`)) {
        // In -psecret, each letter is an option.
        if (index === before?.index) continue;
        before = { index, faults: [] };
        faults.push(`There is no option ${rawName}. ${didYouMean(rawName, options)}${known}`);
        continue;
      }
      before = undefined;
      if (flags.some((one) => one === name)) {
        const fault = `${rawName} takes no value.`;
        before = { index, faults: [fault] };
        if (value === undefined) given.push([name, '']);
        else faults.push(fault);
      } else if (value === undefined || value === '') faults.push(`${rawName} needs a value.`);
      else if (!inlineValue && value.startsWith('-')) {
        faults.push(`${rawName} needs a value, but ${nameIn(value)} follows it.`);
      } else given.push([name, value]);
    }
  }
  return (name) => given.flatMap(([of, text]) => (of === name ? [text] : []));
}

/** The name in `name=value`, whose value may be a secret. */
export function nameIn(argument: string): string {
  return argument.replace(/(?<=.)=.*/s, '');
}

/** Names what was probably meant, and a space; an empty text if nothing is similar. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const meant = nearest(typed, names);
  return meant === undefined ? '' : `Did you mean ${meant}? `;
}
