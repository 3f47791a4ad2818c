import { getSystemErrorMap } from 'node:util';

/** `ENOTFOUND` comes from the resolver, which has codes of its own. */
const SYSTEM_CODES = new Set([...getSystemErrorMap().values()].map(([code]) => code)).add(
  'ENOTFOUND',
);
const TLS_OR_HTTP_CODE =
  /^(UND_ERR_[A-Z_]+|ERR_(OSSL|SOCKET|SSL|STREAM|TLS)_[A-Z0-9_]+|UNABLE_TO_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/;
const LONGEST_TEXT = 300;

/** The form of the names and codes of libraries and servers. */
const WORD = /^\w[\w.-]{0,60}$/;
/** The form of the name of an error's class. */
const CLASS_NAME = /^(?:[A-Z][A-Za-z]{0,50})?(?:Error|Exception)$/;
/**
 * The forms of codes that are hard to take for a secret: words without digits, such as `AccessDenied`, and the codes of
 * databases, such as `28P01`.
 */
const PLAIN_CODE = /^(?:(?=.{1,60}$)[A-Z][A-Za-z]*(?:_[A-Za-z]+)*|(?=.*[A-Z])(?=.*\d)[A-Z\d]{5})$/;
/** No status of HTTP or gRPC is larger. */
const LARGEST_STATUS = 599;

/** The part of a foreign error that is kept. */
interface Kept {
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly message?: string | undefined;
}

/**
 * A copy of a foreign error that is safe to attach as a `cause`: network and cloud libraries hang requests, replies
 * and configuration on their errors, and any of these may hold a credential. Name, code and status survive if they have
 * the form of one; the text only where the code shows that the runtime wrote it, not a server or a library.
 */
export function safeCause(error: unknown): Error {
  const code = shaped(WORD, text(error, 'code'));
  const status = statusOf(error);
  // With a status a server has answered, which chooses its codes as it likes.
  const isRuntimes = status === undefined && isRuntimeCode(code);
  return causeOf({
    name: shaped(WORD, text(error, 'name')),
    code,
    status,
    message: isRuntimes ? text(error, 'message')?.slice(0, LONGEST_TEXT) : undefined,
  });
}

/**
 * A copy of what a function of the application threw. No text survives, not even one of the runtime: a function that
 * takes the secret for the name of a file throws an error of the file system that quotes it.
 */
export function wordlessCause(error: unknown): Error {
  const code = text(error, 'code');
  return causeOf({
    name: shaped(CLASS_NAME, text(error, 'name')),
    code: code !== undefined && SYSTEM_CODES.has(code) ? code : shaped(PLAIN_CODE, code),
    status: statusOf(error),
  });
}

function causeOf({ name = 'Error', code, status, message }: Kept): Error {
  const cause = Object.assign(
    new Error(message ?? code ?? name),
    code !== undefined && { code },
    status !== undefined && { status },
  );
  Object.defineProperty(cause, 'name', { value: name });
  // The stack would name our own frames, not the place of the failure.
  delete cause.stack;
  return cause;
}

/** Tells the codes of Node, of its TLS and of undici, which are words and no secret. */
export function isRuntimeCode(code: string | undefined): code is string {
  return code !== undefined && (SYSTEM_CODES.has(code) || TLS_OR_HTTP_CODE.test(code));
}

function shaped(form: RegExp, value: string | undefined): string | undefined {
  return value !== undefined && form.test(value) ? value : undefined;
}

function text(error: unknown, property: 'name' | 'code' | 'message'): string | undefined {
  const value = read(error, property);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function statusOf(error: unknown): number | undefined {
  return ['status', 'statusCode', 'code'].map((property) => read(error, property)).find(isStatus);
}

function isStatus(value: unknown): value is number {
  return (
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LARGEST_STATUS
  );
}

function read(error: unknown, property: string): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    return Reflect.get(error, property);
  } catch {
    // A getter, or a Proxy, which throws what it likes.
    return undefined;
  }
}
