/** Names of variables by the identity of a value: copied options keep them, and a replaced value does not get them. */
const variables = new WeakMap<object, Readonly<Record<string, string>>>();

/** Notes the environment variables of the members of a value, for faults that are found later. */
export function nameByVariables<T extends object>(
  value: T,
  names: Readonly<Record<string, string>>,
): T {
  variables.set(value, names);
  return value;
}

export function variableOf(value: object, member: string): string | undefined {
  return variables.get(value)?.[member];
}
