import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
} from '@nestjs/common';

/** Names of this machine. Another name is one of another site, which has pointed it at this machine. */
const OWN_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Refuses requests that the page of another site sent: a browser on this machine reaches what listens on it, whoever
 * wrote the page. A link to a page of this application may stand anywhere.
 */
@Injectable()
export class SameSiteGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { method, headers } = context.switchToHttp().getRequest<IncomingMessage>();
    const isRead = method === 'GET' || method === 'HEAD';
    if (isForThisMachine(headers) && (isRead ? isReadable(headers) : isOwn(headers))) return true;
    throw new ForbiddenException('Open the page of this application, and do it there.');
  }
}

function isForThisMachine({ host }: IncomingMessage['headers']): boolean {
  const url = `http://${host}`;
  return URL.canParse(url) && OWN_HOSTS.has(new URL(url).hostname);
}

function isReadable(headers: IncomingMessage['headers']): boolean {
  return headers['sec-fetch-site'] !== 'cross-site' || headers['sec-fetch-mode'] === 'navigate';
}

function isOwn({ host, origin, 'sec-fetch-site': site }: IncomingMessage['headers']): boolean {
  // Every browser sends one of the two with a POST, and programs such as curl neither.
  return site === undefined
    ? origin === undefined || origin === `http://${host}`
    : site === 'same-origin';
}
