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

interface OptionToken {
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

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
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...values.map((name) => [name, { type: 'string' } as const] as const),
      ...flags.map((name) => [name, { type: 'boolean' } as const] as const),
    ]),
    strict: false,
    tokens: true,
  });
  const names = [...values, ...flags].map((name) => `--${name}`);
  const all = [...names, '--help'];
  const known = `The options are: ${all.join(', ')}.`;
  const isFlag = ({ name }: OptionToken) => flags.some((one) => one === name);

  function faultOfOption(option: OptionToken): string | undefined {
    const { rawName, value, inlineValue } = option;
    if (!names.includes(rawName)) {
      return `There is no option ${rawName}. ${didYouMean(rawName, all)}${known}`;
    }
    if (isFlag(option)) return value === undefined ? undefined : `${rawName} takes no value.`;
    if (value === undefined || value === '') return `${rawName} needs a value.`;
    if (inlineValue || !value.startsWith('-')) return undefined;
    return `${rawName} needs a value, but ${nameIn(value)} follows it.`;
  }

  /** A text after an option that takes no value, as far as is known, may be meant as one, and be a secret. */
  function faultsOfText(text: string, before: OptionToken | undefined): string[] {
    if (before && !names.includes(before.rawName)) return [];
    if (before && isFlag(before)) return [`${before.rawName} takes no value.`];
    return [`${JSON.stringify(nameIn(text))} is not an option. ${known}`];
  }

  const given: [string, string][] = [];
  let last: OptionToken | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      faults.push(...faultsOfText(token.value, last));
    } else if (token.kind === 'option' && token.index !== last?.index) {
      const fault = faultOfOption(token);
      if (fault === undefined) given.push([token.name, token.value ?? '']);
      else faults.push(fault);
      // In -psecret, each letter is an option at the same index.
      last = token;
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
