/**
 * A copy of a foreign error that is safe to attach as a `cause`: network and cloud libraries hang requests, replies
 * and configuration on their errors, and any of these may hold a credential. Name, code and status survive; the text
 * only where a system code shows that the runtime wrote it, not a server.
 */
export function safeCause(error: unknown): Error {
  const name = text(error, 'name') ?? 'Error';
  const code = text(error, 'code');
  const message =
    code && SYSTEM_CODE.test(code) ? (text(error, 'message') ?? code) : (code ?? name);
  const cause = Object.assign(new Error(message.slice(0, 300)), code === undefined ? {} : { code });
  Object.defineProperty(cause, 'name', { value: name });
  // The stack would name our own frames, not the place of the failure.
  delete cause.stack;
  return cause;
}

const SYSTEM_CODE =
  /^(E[A-Z0-9]{2,}|UND_ERR_[A-Z_]+|ERR_[A-Z0-9_]+|CERT_[A-Z_]+|[A-Z_]*CERT[A-Z_]*)$/;

function text(error: unknown, property: 'name' | 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
