import type { KeepAliveReply, LoginReply, LogoutReply } from './identity-reply.js';
import type { Operation } from './identity.request.js';

export type AnyReply = LoginReply | KeepAliveReply | LogoutReply;

/** Reply of the identity service, without its content. */
export interface ReplyReport {
  readonly operation: Operation;
  readonly outcome: AnyReply['type'];
  /** Code of the error, or Betfair's code of a refused login. */
  readonly code: string | undefined;
  /** Milliseconds since the request was made. */
  readonly ms: number;
}

/** Reports a reply that took `ms`. */
export function replyReport(operation: Operation, reply: AnyReply, ms: number): ReplyReport {
  return { operation, outcome: reply.type, code: codeOf(reply), ms };
}

function codeOf(reply: AnyReply): string | undefined {
  switch (reply.type) {
    case 'unclear':
      return reply.error.code;
    case 'refused':
      return reply.code;
    case 'banned':
    case 'loggedIn':
    case 'alive':
    case 'dead':
    case 'loggedOut':
      return undefined;
  }
}
