import { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from './betfair-session-options.interface.js';

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

export function isStorage(value: unknown): boolean {
  return (
    isObject(value) &&
    ['read', 'write', 'delete'].every((name) => typeof Reflect.get(value, name) === 'function')
  );
}

export function isKeepAlive(value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return true;
  return isObject(value) && 'interval' in value && isPositive(value.interval);
}

/** Whether the parts are there; what they hold is looked at afterwards. */
export function isClientCertificate(value: unknown): value is ClientCertificate {
  if (!isObject(value)) return false;
  if ('pfx' in value) return !isText(value.pfx) && isSource(value.pfx);
  if ('pem' in value) return isSource(value.pem);
  return 'cert' in value && 'key' in value && isSource(value.cert) && isSource(value.key);
}

function isSource(value: unknown): boolean {
  if (isText(value) || Buffer.isBuffer(value)) return true;
  return isObject(value) && 'file' in value && isText(value.file);
}

export function isPemCertificate(value: unknown): boolean {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return false;
  try {
    return (
      value.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(value).raw.length > 0
    );
  } catch {
    return false;
  }
}

export function isPositive(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

export function isHttps(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return protocol === 'https:' && username === '' && password === '';
}
