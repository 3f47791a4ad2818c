/** Tells whether a value is an object with properties to look at: parsed JSON, or an error of any realm. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
