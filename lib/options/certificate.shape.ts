import { read } from '../common/unknown-values.js';
import type { ClientCertificate } from '../identity/certificate/certificate.options.js';
import { isObject, isText } from './session-options.shapes.js';

/** Tells if the parts are there; what they hold is looked at afterwards. */
export function isClientCertificate(value: unknown): value is ClientCertificate {
  return findShapeFault(value) === undefined;
}

/** Finds that a certificate lacks a part, or has one too many. `name` is how messages call it. */
export function findShapeFault(value: unknown, name = 'certificate'): string | undefined {
  const given = ['pfx', 'pem', 'cert', 'key'].filter((part) => read(value, part) !== undefined);
  const [first = '', second] = given;
  const isPair = first === 'cert' && second === 'key';
  if (second !== undefined && !isPair) {
    return `${name}: ${given.join(' and ')} each give a certificate; leave all but one form out.`;
  }
  if (first === 'cert' && second === undefined && isSource(read(value, 'cert'))) {
    return `${name}.key: set it too, to the private key of ${name}.cert.`;
  }
  if (first === 'key') {
    return `${name}.cert: set it too, to the certificate of ${name}.key.`;
  }
  const passphrase = read(value, 'passphrase');
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    return `${name}.passphrase: it is a text.`;
  }
  if (first === 'pfx' && isText(read(value, 'pfx'))) {
    return `${name}.pfx: it is a Buffer or { file }, not a text. Base64 is given as Buffer.from(text, 'base64').`;
  }
  return given.length > 0 && given.every((part) => isSource(read(value, part)))
    ? undefined
    : `${name}: set it to { cert, key } or { pem }, each PEM text, a Buffer or { file }, or to { pfx }, a Buffer or { file }${name === 'certificate' ? "; or to a function that returns one of these; or set login: 'interactive'" : ''}.`;
}

function isSource(value: unknown): boolean {
  if (isText(value) || Buffer.isBuffer(value)) return true;
  return isObject(value) && 'file' in value && isText(value.file);
}
