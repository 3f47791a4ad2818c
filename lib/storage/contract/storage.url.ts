import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { OnIgnored } from './storage.driver.js';

/** Rules for the URL parameters of a back end. */
export interface UrlRules {
  /** Example of such a URL. */
  readonly example: string;
  readonly known: readonly string[];
  /** Other names of known parameters. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Go Cloud parameters that have no meaning here. */
  readonly ignored: readonly string[];
  /** Go Cloud parameters that must not be ignored, and what to do instead. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/**
 * Reads the parameters of a URL.
 *
 * @param scheme - begins a sentence about the URL, such as `the s3: URL`
 * @throws BetfairConfigurationError one is unknown, empty or given twice
 */
export function readParameters(
  scheme: string,
  search: URLSearchParams,
  { example, known, aliases = {}, ignored, elsewhere = {} }: UrlRules,
  onIgnored: OnIgnored,
): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const fail = (fault: string): never => {
    throw new BetfairConfigurationError(`${fault} Write it as ${example}.`);
  };
  for (const [written, value] of search) {
    const name = (Object.hasOwn(aliases, written) ? aliases[written] : undefined) ?? written;
    if (ignored.includes(name)) {
      onIgnored(name);
      continue;
    }
    if (Object.hasOwn(elsewhere, name)) {
      throw new BetfairConfigurationError(
        `${scheme} does not support the Go Cloud parameter "${name}": ${elsewhere[name]}.`,
      );
    }
    if (!known.includes(name)) {
      const what = isPair(name, value) ? `the parameter "${name}"` : 'one of its parameters';
      const names = known.length > 0 ? `only ${known.join(', ')}` : 'no parameters';
      fail(`${scheme} does not support ${what}. It supports ${names}.`);
    }
    if (value === '') fail(`the parameter "${name}" has no value.`);
    if (parameters.has(name)) fail(`the parameter "${name}" is set twice.`);
    parameters.set(name, value);
  }
  return parameters;
}

/** Tells if a parameter is surely a name with a value. Anything else could be a secret and is not shown. */
function isPair(name: string, value: string): boolean {
  return /^[a-z_]{1,30}$/.test(name) && value !== '';
}

/** Decodes a part of a URL; `undefined` for a "%" that is not a valid escape. An error would quote the part. */
export function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** @throws BetfairConfigurationError it is neither `true` nor `false` */
export function flag(parameters: ReadonlyMap<string, string>, name: string): boolean | undefined {
  const value = choice(parameters, name, ['true', 'false']);
  return value === undefined ? undefined : value === 'true';
}

/** @throws BetfairConfigurationError it is none of the values */
export function choice<T extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  values: readonly T[],
): T | undefined {
  if (!parameters.has(name)) return undefined;
  const value = values.find((one) => one === parameters.get(name));
  if (value !== undefined) return value;
  throw new BetfairConfigurationError(`the parameter "${name}" must be ${values.join(' or ')}.`);
}
