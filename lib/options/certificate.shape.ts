import { isObject, isText } from '../common/unknown-values.js';
import type { ClientCertificate } from '../identity/certificate/certificate.options.js';

/** Tells if the parts of a certificate are there; their content is checked later. */
export function isClientCertificate(value: unknown): value is ClientCertificate {
  return findShapeFault(value) === undefined;
}

/** Finds that a certificate lacks a part or has too many. `name` is its name in messages. */
export function findShapeFault(value: unknown, name = 'certificate'): string | undefined {
  const given = ['pfx', 'pem', 'cert', 'key'].filter((part) => partOf(value, part) !== undefined);
  const [first = '', second] = given;
  const isPair = first === 'cert' && second === 'key';
  if (second !== undefined && !isPair) {
    return `${name}: ${given.join(' and ')} each give a certificate; keep only one form.`;
  }
  if (first === 'cert' && second === undefined && isSource(partOf(value, 'cert'))) {
    return `${name}.key: set it too, to the private key of ${name}.cert.`;
  }
  if (first === 'key') {
    return `${name}.cert: set it too, to the certificate of ${name}.key.`;
  }
  const passphrase = partOf(value, 'passphrase');
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    return `${name}.passphrase: must be a string.`;
  }
  if (first === 'pfx' && isText(partOf(value, 'pfx'))) {
    return `${name}.pfx: must be a Buffer or { file }, not a string. For base64, use Buffer.from(text, 'base64').`;
  }
  return given.length > 0 && given.every((part) => isSource(partOf(value, part)))
    ? undefined
    : `${name}: set it to { cert, key } or { pem }, each PEM text, a Buffer or { file }, or to { pfx }, a Buffer or { file }${name === 'certificate' ? "; or to a function that returns one of these; or set login: 'interactive'" : ''}.`;
}

/** Reads a part. A getter that throws says why the certificate cannot be read. */
function partOf(value: unknown, part: string): unknown {
  return isObject(value) ? Reflect.get(value, part) : undefined;
}

function isSource(value: unknown): boolean {
  if (isText(value) || Buffer.isBuffer(value)) return true;
  return isObject(value) && 'file' in value && isText(value.file);
}
