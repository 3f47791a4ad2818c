/** A property of an SDK's error, if it is a text. */
export function text(value: unknown, property: string): string | undefined {
  const found = read(value, property);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** A property of an SDK's error, if it is a number. */
export function number(value: unknown, property: string): number | undefined {
  const found = read(value, property);
  return typeof found === 'number' ? found : undefined;
}

/** A property of a value that may be anything. */
export function read(value: unknown, property: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, property) : undefined;
}
