import { inspect } from 'node:util';
import { KNOWN_OPTIONS } from './known-options.js';

/** Options whose values are printed. All others may hold a secret, even an unknown one, such as a misspelt password. */
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
  'telemetry',
]);

/**
 * Copies options, so that `console.log`, `inspect` and `JSON.stringify` show them without secrets. Each option is read
 * once, even a getter of a class. Any other value is returned unchanged.
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
  // Not enumerable, so that they do not count as options.
  return Object.defineProperties(copy, {
    [inspect.custom]: { value: shown },
    toJSON: { value: shown },
  });
}
