/** By identity, so that a copy of the options keeps the name, and a value put in its place does not get it. */
const variables = new WeakMap<object, string>();

/** Notes which environment variable a value was read from, for the faults that are found in it later. */
export function nameByVariable<T extends object>(value: T, variable: string): T {
  variables.set(value, variable);
  return value;
}

/** The environment variable that a value was read from. */
export function variableOf(value: object): string | undefined {
  return variables.get(value);
}
