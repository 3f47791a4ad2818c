import { isRecord } from '../../../common/unknown-values.js';
import { SimulatedApiError } from './simulated-api.error.js';

/** Parameters of an operation, or an object among them, as they were sent. */
export type Params = Readonly<Record<string, unknown>>;

const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

export function badInput(name: string): SimulatedApiError {
  return new SimulatedApiError('INVALID_INPUT_DATA', name);
}

/** Reads a number. Betfair accepts it as text too, which its samples in Python, JavaScript and PHP send. */
export function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Reads a number that may be missing. */
export function numberOf(params: Params, name: string): number | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  const number = numberIn(value);
  if (number === undefined) throw badInput(name);
  return number;
}

/** Reads a number without a fraction. */
export function wholeNumberOf(params: Params, name: string): number | undefined {
  const number = numberOf(params, name);
  if (number === undefined || Number.isSafeInteger(number)) return number;
  throw badInput(name);
}

/** Copies an object, and converts members that are numbers in a text to numbers. */
export function withNumbers(params: Params, ...names: readonly string[]): Params {
  const numbers = names.flatMap((name) => {
    const number = numberOf(params, name);
    return number === undefined ? [] : [[name, number] as const];
  });
  return { ...params, ...Object.fromEntries(numbers) };
}

/** Reads a text of at most `longest` characters. An empty one counts as missing. */
export function textOf(params: Params, name: string, longest = Infinity): string | undefined {
  const value = params[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string' && value.length <= longest) return value;
  throw badInput(name);
}

/** Reads an id, which may be sent as a number. */
export function idOf(params: Params, name: string): string | undefined {
  return typeof params[name] === 'number' ? String(params[name]) : textOf(params, name);
}

/** Reads a list of texts; ids among them may be numbers. */
export function textsOf(params: Params, name: string): ReadonlySet<string> {
  const value = params[name] ?? [];
  if (!Array.isArray(value)) throw badInput(name);
  const elements: readonly unknown[] = value;
  return new Set(
    elements.map((element) => {
      if (typeof element === 'string' || typeof element === 'number') return String(element);
      throw badInput(name);
    }),
  );
}

export function flagOf(params: Params, name: string): boolean | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw badInput(name);
}

/** Reads one of the values that Betfair knows. */
export function oneOf<T extends string>(
  params: Params,
  name: string,
  known: readonly T[],
): T | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  const found = known.find((one) => one === value);
  if (found === undefined) throw badInput(name);
  return found;
}

/** Reads a list of values that Betfair knows. */
export function someOf(
  params: Params,
  name: string,
  known: readonly string[],
): ReadonlySet<string> {
  const values = textsOf(params, name);
  for (const value of values) if (!known.includes(value)) throw badInput(name);
  return values;
}

export function recordOf(params: Params, name: string): Params | undefined {
  const value = params[name];
  if (value === undefined || value === null) return undefined;
  if (isRecord(value)) return value;
  throw badInput(name);
}

/** Reads a list of objects, with a limit. `null` is refused, because it may be a mistake. */
export function recordsOf(params: Params, name: string, most: number): readonly Params[] {
  const value = params[name] === undefined ? [] : params[name];
  if (!Array.isArray(value) || value.length > most || !value.every(isRecord)) throw badInput(name);
  return value;
}
