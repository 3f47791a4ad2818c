import { createPrivateKey } from 'node:crypto';
import { inspect } from 'node:util';
import type { SimulatorSessionOptions } from 'nestjs-betfair-session/testing';

/** What the promise rejects with; fails where it does not. */
export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    () => ({ resolved: true }),
    (error: unknown) => ({ error }),
  );
  if ('error' in settled) return settled.error;
  throw new Error('It should have been refused.');
}

/** Every text that must not be seen, in the forms that it could be seen in. */
export function secretsOf(
  { password, applicationKey, certificate }: SimulatorSessionOptions,
  tokens: readonly string[],
): readonly string[] {
  const key = createPrivateKey(certificate.key).export({ type: 'pkcs8', format: 'der' });
  return [
    password,
    encodeURIComponent(password),
    new URLSearchParams({ password }).toString(),
    applicationKey,
    certificate.key.split('\n')[5] ?? '',
    key.toString('base64').slice(100, 160),
    key.toString('hex').slice(100, 160),
    ...tokens,
    ...tokens.map(encodeURIComponent),
  ].filter((secret) => secret !== '');
}

/** What loggers, debuggers and serialisers show of `value`. */
export function shownOf(value: unknown): string {
  return [
    inspect(value, { depth: Infinity, showHidden: true, maxArrayLength: Infinity }),
    JSON.stringify(value, jsonOfErrors),
    String(value),
    value instanceof Error ? value.stack : '',
  ].join('\n');
}

/** Fails where a secret can be seen in what is shown of `value`. */
export function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  expect(secrets.length).toBeGreaterThan(0);
  const shown = shownOf(value);
  for (const secret of secrets) expect(shown).not.toContain(secret);
}

/** Errors with all that they own, as some loggers write them. */
function jsonOfErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return Object.fromEntries(
    Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]),
  );
}
