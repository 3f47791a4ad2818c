import { getSystemErrorMap } from 'node:util';

/** `ENOTFOUND` comes from the resolver, which has codes of its own. */
const SYSTEM_CODES = new Set([...getSystemErrorMap().values()].map(([code]) => code)).add(
  'ENOTFOUND',
);
const TLS_OR_HTTP_CODE =
  /^(UND_ERR_[A-Z_]+|ERR_(OSSL|SOCKET|SSL|STREAM|TLS)_[A-Z0-9_]+|UNABLE_TO_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/;
const LONGEST_TEXT = 300;

/**
 * A copy of a foreign error that is safe to attach as a `cause`: network and cloud libraries hang requests, replies
 * and configuration on their errors, and any of these may hold a credential. Name, code and status survive; the text
 * only where the code shows that the runtime wrote it, not a server or a library.
 */
export function safeCause(error: unknown): Error {
  const name = text(error, 'name') ?? 'Error';
  const code = text(error, 'code');
  const status = number(error, 'status') ?? number(error, 'statusCode') ?? number(error, 'code');
  const message = (isRuntimeCode(code) ? text(error, 'message') : undefined) ?? code ?? name;
  const cause = Object.assign(
    new Error(message),
    code !== undefined && { code },
    status !== undefined && { status },
  );
  Object.defineProperty(cause, 'name', { value: name });
  // The stack would name our own frames, not the place of the failure.
  delete cause.stack;
  return cause;
}

function isRuntimeCode(code: string | undefined): boolean {
  return code !== undefined && (SYSTEM_CODES.has(code) || TLS_OR_HTTP_CODE.test(code));
}

function text(error: unknown, property: 'name' | 'code' | 'message'): string | undefined {
  const value = read(error, property);
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : undefined;
}

function number(error: unknown, property: 'status' | 'statusCode' | 'code'): number | undefined {
  const value = read(error, property);
  return typeof value === 'number' ? value : undefined;
}

function read(error: unknown, property: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
}
