import { getSystemErrorMap } from 'node:util';

/** Codes of the operating system, and `ENOTFOUND` of DNS. */
const SYSTEM_CODES = new Set([...getSystemErrorMap().values()].map(([code]) => code)).add(
  'ENOTFOUND',
);
const TLS_OR_HTTP_CODE =
  /^(UND_ERR_[A-Z_]+|ERR_(OSSL|SOCKET|SSL|STREAM|TLS)_[A-Z0-9_]+|UNABLE_TO_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/;
const MAX_TEXT_LENGTH = 300;

/** Form of the names and codes of libraries and servers. */
const WORD = /^\w[\w.-]{0,60}$/;
const CLASS_NAME = /^(?:[A-Z][A-Za-z]{0,50})?(?:Error|Exception)$/;
/**
 * Forms of codes that are unlikely to be a secret: words without digits, such as `AccessDenied`, and database codes
 * (`28P01`).
 */
const PLAIN_CODE = /^(?:(?=.{1,60}$)[A-Z][A-Za-z]*(?:_[A-Za-z]+)*|(?=.*[A-Z])(?=.*\d)[A-Z\d]{5})$/;
/** Largest status of HTTP and gRPC. */
const MAX_STATUS = 599;

interface Kept {
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly message?: string | undefined;
}

/**
 * Copies a foreign error so that it is safe as a `cause`: libraries attach requests, replies and configuration to their
 * errors, which may hold a credential. The copy has name, code and status if they have the usual form, and the text
 * only if the code shows that the runtime wrote it, not a server or a library.
 */
export function safeCause(error: unknown): Error {
  const code = shaped(WORD, text(error, 'code'));
  const status = statusOf(error);
  // A status means that a server has answered, and a server can choose any code.
  const isFromRuntime = status === undefined && isRuntimeCode(code);
  return causeOf({
    name: shaped(WORD, text(error, 'name')),
    code,
    status,
    message: isFromRuntime ? text(error, 'message')?.slice(0, MAX_TEXT_LENGTH) : undefined,
  });
}

/**
 * Copies an error of a function of the application, without any text. Even the text of the runtime may quote a secret,
 * for example if the function uses it as the name of a file.
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
  // The stack would show our own frames, not the place of the failure.
  delete cause.stack;
  return cause;
}

/** Tells if a code is from Node, its TLS or undici, and so cannot be a secret. */
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
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_STATUS;
}

function read(error: unknown, property: string): unknown {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    return Reflect.get(error, property);
  } catch {
    // A getter or a Proxy may throw.
    return undefined;
  }
}
