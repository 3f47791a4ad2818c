import { isObject } from '../common/unknown-values.js';
/** Tells if a value is a store. One with a method `then` would be awaited wherever it is passed on. */
export function isStorage(value: unknown): boolean {
  return isObject(value) && ['read', 'write', 'delete'].every(isMethod) && !isMethod('then');

  function isMethod(name: string): boolean {
    return typeof Reflect.get(Object(value), name) === 'function';
  }
}

export function isKeepAlive(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return true;
  return isObject(value) && 'interval' in value && isPositive(value.interval);
}

export function isPositive(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

export function isHttps(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}
