import { isRecord, parseJson } from '../../common/unknown-values.js';
import { isTimes } from './fault.names.js';

/**
 * Reads the body of a request: a JSON object with the given members only.
 *
 * @param wrong - receives every fault of the body
 */
export function readBody(
  body: string,
  { members, needed }: { readonly members: readonly string[]; readonly needed: string },
  wrong: string[],
): Readonly<Record<string, unknown>> | undefined {
  const read = parseJson(body);
  if (isRecord(read)) {
    findUnknown(read, members, '', wrong);
    return read;
  }
  const subject = read === undefined ? 'The body is not JSON. It' : 'The body';
  wrong.push(`${subject} must be a JSON object with ${needed}.`);
  return undefined;
}

export function findUnknown(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
  wrong: string[],
): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) {
      wrong.push(`${path}${name}: there is no such member. The members are: ${known.join(', ')}.`);
    }
  }
}

/**
 * Reads the number of requests or messages that a fault is for; 1 if it is missing.
 *
 * @returns `Infinity` for "always"
 */
export function readTimes(times: unknown, wrong: string[]): number {
  if (times === undefined) return 1;
  if (times === 'always') return Infinity;
  if (isTimes(times)) return times;
  wrong.push('times: must be a whole number of at least 1, or "always".');
  return 0;
}

/** Writes the result of {@link readTimes}. */
export function timesText(times: number): number | 'always' {
  return times === Infinity ? 'always' : times;
}
