import { inspect } from 'node:util';
import { KNOWN_OPTIONS } from './known-options.js';

/** Options whose values are printed. All others may hold a secret, also an unknown one: it may be a misspelt password. */
const PRINTED = new Set([
  'login',
  'jurisdiction',
  'sessionLifetime',
  'sessionKey',
  'persistence',
  'keepAlive',
  'keepAliveInterval',
  'requestTimeout',
  'renewalTimeout',
]);

/**
 * A copy of options that `console.log`, `inspect` and `JSON.stringify` show without their secrets. Each option is read
 * once, also one that is a getter of a class. What is no object is handed back.
 */
export function hideSecrets<T>(options: T): T {
  if (typeof options !== 'object' || options === null) return options;
  const own = Object.keys(options);
  const inherited = KNOWN_OPTIONS.filter((name) => name in options && !own.includes(name));
  const copy = Object.assign(
    { ...options },
    Object.fromEntries(inherited.map((name) => [name, Reflect.get(options, name)])),
  );
  const shown = () =>
    Object.fromEntries(
      Object.entries(copy)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, PRINTED.has(name) ? value : '[redacted]']),
    );
  // Not enumerable, so that they are no options.
  return Object.defineProperties(copy, {
    [inspect.custom]: { value: shown },
    toJSON: { value: shown },
  });
}
