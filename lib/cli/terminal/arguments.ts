import { parseArgs } from 'node:util';

/** The texts that were given for an option, in order. */
export type GivenOptions<Name extends string> = (name: Name) => readonly string[];

/**
 * Reads options that each take a value, as `--name value` or `--name=value`.
 *
 * @param faults - receives every mistake
 */
export function readOptions<const Name extends string>(
  args: readonly string[],
  names: readonly Name[],
  faults: string[],
): GivenOptions<Name> {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' } as const])),
    strict: false,
    tokens: true,
  });
  const known = `The options are: ${[...names, 'help'].map((name) => `--${name}`).join(', ')}.`;
  const given: [string, string][] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      faults.push(`${JSON.stringify(token.value)} is not an option. ${known}`);
    } else if (token.kind === 'option') {
      const { name, rawName, value, inlineValue } = token;
      const isKnown = names.some((one) => rawName === `--${one}`);
      if (!isKnown) faults.push(`There is no option ${rawName}. ${known}`);
      else if (value === undefined || value === '') faults.push(`${rawName} needs a value.`);
      else if (!inlineValue && value.startsWith('-')) {
        faults.push(`${rawName} needs a value, but ${value} follows it.`);
      } else given.push([name, value]);
    }
  }
  return (name) => given.flatMap(([of, text]) => (of === name ? [text] : []));
}
