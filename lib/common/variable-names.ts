/** By identity, so that a copy of the options keeps the names, and a value put in its place does not get them. */
const variables = new WeakMap<object, Readonly<Record<string, string>>>();

/** Notes which environment variables the members of a value were read from, for faults that are found in it later. */
export function nameByVariables<T extends object>(
  value: T,
  names: Readonly<Record<string, string>>,
): T {
  variables.set(value, names);
  return value;
}

/** The environment variable that a member of a value was read from. */
export function variableOf(value: object, member: string): string | undefined {
  return variables.get(value)?.[member];
}
