/** Tells if a value is an object with properties: parsed JSON, or an error of any realm. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a property of any value; `undefined` if it throws or is missing. */
export function read(value: unknown, property: PropertyKey): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, property) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a property if it is a string that is not empty. */
export function text(value: unknown, property: string): string | undefined {
  const found = read(value, property);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Reads a property if it is a number. */
export function number(value: unknown, property: string): number | undefined {
  const found = read(value, property);
  return typeof found === 'number' ? found : undefined;
}
