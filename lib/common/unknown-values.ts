/** Milliseconds from the Unix epoch to the latest `Date`. */
const MAX_TIME_MS = 8.64e15;

/** Tells if a value is an object with properties: parsed JSON, or an error of any realm. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Tells if a value is a text with anything in it. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Tells if a value is a number of things: it can be counted up from. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Tells if a value is a number of milliseconds that a `Date` can have. */
export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MAX_TIME_MS;
}

/** Reads a property of any value; `undefined` if it throws or is missing. */
export function read(value: unknown, property: PropertyKey): unknown {
  try {
    return isObject(value) ? Reflect.get(value, property) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a property if it is a string that is not empty. */
export function text(value: unknown, property: string): string | undefined {
  const found = read(value, property);
  return isText(found) ? found : undefined;
}

/** Reads a property if it is a number. */
export function number(value: unknown, property: string): number | undefined {
  const found = read(value, property);
  return typeof found === 'number' ? found : undefined;
}

/** Parses JSON; `undefined` if the text is something else, such as the page of a proxy. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
