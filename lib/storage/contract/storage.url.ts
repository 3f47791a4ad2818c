import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { OnIgnored } from './storage.driver.js';

/** What the parameters of a back end's URLs may be. */
export interface UrlRules {
  /** How to write such a URL. */
  readonly example: string;
  readonly known: readonly string[];
  /** Other names of known ones. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Parameters of Go Cloud's URLs that have no meaning here. */
  readonly ignored: readonly string[];
  /** Parameters of Go Cloud's URLs that must not be passed over, and what to do instead. */
  readonly elsewhere?: Readonly<Record<string, string>>;
}

/**
 * Reads the parameters of a URL.
 *
 * @param scheme begins a sentence about it, such as `an s3: URL`
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
        `${scheme} does not take the parameter "${name}" of Go Cloud: ${elsewhere[name]}.`,
      );
    }
    if (!known.includes(name)) {
      const has = isPair(name, value) ? `no parameter "${name}"` : 'no such parameter';
      fail(
        `${scheme} has ${has}. It ${known.length > 0 ? `knows ${known.join(', ')}` : 'takes none'}.`,
      );
    }
    if (value === '') fail(`the parameter "${name}" has no value.`);
    if (parameters.has(name)) fail(`the parameter "${name}" is given twice.`);
    parameters.set(name, value);
  }
  return parameters;
}

/** What is no pair of a name and a value may be anything. */
function isPair(name: string, value: string): boolean {
  return /^[a-z_]{1,30}$/.test(name) && value !== '';
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
